import type { PgDriver } from './driver.ts'

/** Runs a `CREATE TABLE IF NOT EXISTS`, however many processes do at once. */
export async function createTable(driver: PgDriver, text: string): Promise<void> {
  // Two that create it at the same moment: one of them is told that it exists, and asked again it is content with that.
  await driver.exec(text).catch(() => driver.exec(text))
}
