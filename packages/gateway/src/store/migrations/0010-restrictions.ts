import type { Migration } from './migration.ts'

/** Until when an account may not write to strangers: see `core/restriction.ts`. */
export const restrictions: Migration = {
  version: 10,
  name: 'restrictions',
  sqlite: `
    ALTER TABLE session ADD COLUMN restriction TEXT;
  `,
}
