import { makeDatabase } from '../../packages/gateway/src/store/postgres/test/database.ts'
import { findServer, type TestServer } from '../../packages/gateway/src/store/postgres/test/server.ts'

/** A database of its own for one run. */
export interface Database {
  readonly name: 'sqlite' | 'postgres'
  /** The gateway's settings that point at it. */
  readonly settings: Record<string, string>
  /** Leaves nothing behind. */
  drop(): Promise<void>
}

/** The file in the gateway's data directory, which goes with that. */
export function sqlite(): Database {
  return { name: 'sqlite', settings: {}, drop: async () => {} }
}

export const isDatabaseName = (name: string): name is Database['name'] => name === 'sqlite' || name === 'postgres'

let found: Promise<TestServer> | undefined

function server(): Promise<TestServer> {
  found ??= findServer()
  return found
}

/** A fresh database of this kind. */
export async function databaseFor(name: Database['name']): Promise<Database> {
  if (name === 'sqlite') return sqlite()
  const at = await server()
  if ('missing' in at) throw new Error(at.missing)
  const { url, drop } = await makeDatabase(at.url)
  return { name, settings: { DATABASE_URL: url }, drop }
}

/** Why this kind cannot be had here; undefined where it can. */
export async function whyMissing(name: Database['name']): Promise<string | undefined> {
  if (name === 'sqlite') return undefined
  const at = await server()
  return 'missing' in at ? at.missing : undefined
}

/** Stops a server that was started for this run. */
export async function stopServer(): Promise<void> {
  const at = await found
  if (at && !('missing' in at)) await at.stop()
}
