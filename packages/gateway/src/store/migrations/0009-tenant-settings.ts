import type { Migration } from './migration.ts'

/** A tenant's time zone, and its own quotas (JSON; what is absent follows the gateway's setting). */
export const tenantSettings: Migration = {
  version: 9,
  name: 'tenant settings',
  sqlite: `
    ALTER TABLE tenant ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'Asia/Jakarta';
    ALTER TABLE tenant ADD COLUMN quotas TEXT NOT NULL DEFAULT '{}';
  `,
}
