import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { type Finding, failed, ok } from './check.ts'

/** The store's file name in the data directory. */
const FILE = 'kurir.db'

/** The database: whether it is sound. One that a running gateway has open is its own to look at. */
export async function checkDatabase(dataDir: string): Promise<Finding[]> {
  return [await checkFile(dataDir)]
}

async function checkFile(dataDir: string): Promise<Finding> {
  const file = join(dataDir, FILE)
  if (!existsSync(file)) return ok('database', `${file} is made at the first start`)
  try {
    const database = new Database(file, { readonly: true, timeout: 0 })
    try {
      const fault = String(database.pragma('quick_check(1)', { simple: true }))
      if (fault === 'ok') return ok('database', `${file} is sound`)
      const advice = 'Stop the gateway, keep a copy of the data directory, and restore the latest backup.'
      return failed('database', `${file} is damaged: ${fault}`, advice)
    } finally {
      database.close()
    }
  } catch (error) {
    const { code, message } = error as Error & { code?: string }
    if (code?.startsWith('SQLITE_BUSY')) return ok('database', `${file} is in use by a running gateway`)
    return failed('database', `${file} cannot be read: ${message}`, 'Look at its owner and at KURIR_DATA.')
  }
}
