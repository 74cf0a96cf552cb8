import type { Migration } from './migration.ts'

/** How a session behaves on the network: see `core/session-settings.ts`. */
export const sessionSettings: Migration = {
  version: 8,
  name: 'session settings',
  sqlite: `
    ALTER TABLE session ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
  `,
}
