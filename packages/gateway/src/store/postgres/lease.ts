import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Connection } from './connection.ts'
import { createTable } from './create-table.ts'
import type { PgDriver } from './driver.ts'

/** How long a process that says nothing is taken to be alive. */
export const LEASE_MS = 6_000

const BOOT = '/proc/sys/kernel/random/boot_id'

const CREATE = `
  CREATE TABLE IF NOT EXISTS store_lease (
    id SMALLINT PRIMARY KEY CHECK (id = 1),
    token BIGINT NOT NULL,
    owner TEXT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
  )`
// Times, not numbers counted up: a database that was put back to an earlier state would give the token of a gateway that
// still runs to the next one.
const NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint'
const TAKE = `
  INSERT INTO store_lease (id, token, owner, expires_at)
  VALUES (1, ${NOW}, $1, clock_timestamp() + $2 * interval '1 millisecond')
  ON CONFLICT (id) DO UPDATE
  SET token = greatest(store_lease.token + 1, ${NOW}), owner = excluded.owner, expires_at = excluded.expires_at
  WHERE store_lease.expires_at < clock_timestamp() OR store_lease.owner = $3
  RETURNING token`
const OWNER = 'SELECT owner FROM store_lease'
const RENEW = `
  UPDATE store_lease SET expires_at = clock_timestamp() + $2 * interval '1 millisecond' WHERE id = 1 AND token = $1`
const GIVE_BACK = `UPDATE store_lease SET expires_at = '-infinity' WHERE id = 1 AND token = $1`

/** Fails where another process has the lease; sent before every COMMIT, in whose transaction it fails. */
export const FENCE = `
  SELECT 1 / (SELECT count(*) FROM (SELECT 1 FROM store_lease WHERE id = 1 AND token = $1 FOR SHARE) AS held) AS held`

/** Another gateway runs on the database; the message is for the operator. */
export class DatabaseInUseError extends Error {
  override readonly name = 'DatabaseInUseError'
}

/** Makes the table where it is absent. */
export function prepareLease(driver: PgDriver): Promise<void> {
  return createTable(driver, CREATE)
}

/**
 * Takes the database for this process and answers the token. One that was killed on another machine holds it for
 * {@link LEASE_MS} more: waits for that long, then throws {@link DatabaseInUseError}.
 */
export async function takeLease(connection: Connection, sleep: (ms: number) => Promise<void>): Promise<number> {
  const until = performance.now() + LEASE_MS + 1_000
  for (;;) {
    const other = await ownerOf(connection)
    const dead = other !== undefined && isDead(other) ? other : ''
    const { rows } = await connection.query({ text: TAKE, values: [`${SELF}/${process.pid}`, LEASE_MS, dead] })
    const [taken] = rows as { token: number }[]
    if (taken) return taken.token
    if (performance.now() > until) throw new DatabaseInUseError(inUse(other))
    await sleep(200)
  }
}

async function ownerOf(connection: Connection): Promise<string | undefined> {
  const { rows } = await connection.query({ text: OWNER, values: [] })
  return (rows as { owner: string }[])[0]?.owner
}

function inUse(owner = 'unknown'): string {
  return `Another gateway (${owner}) runs on this database. Two with the same accounts break their encryption: stop it first.`
}

/** The machine, and on Linux the boot and the namespace of its process numbers: containers share a host's name. */
const SELF = [hostname(), ...processNamespace()].join('/')

function processNamespace(): string[] {
  try {
    return [readlinkSync('/proc/self/ns/pid').replace(/\D/g, ''), readFileSync(BOOT, 'utf8').trim().slice(0, 8)]
  } catch {
    return []
  }
}

/** Whether the owner was a process here that is gone: nobody has to wait for its lease to end. */
function isDead(owner: string): boolean {
  const [, pid] = owner.startsWith(`${SELF}/`) ? owner.split(/\/(?=\d+$)/) : []
  if (pid === undefined || SELF === hostname()) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

/** False where another process has taken it. */
export async function renewLease(connection: Connection, token: number): Promise<boolean> {
  return (await connection.query({ text: RENEW, values: [token, LEASE_MS] })).count > 0
}

/** Lets the next process begin at once. */
export async function giveBackLease(connection: Connection, token: number): Promise<void> {
  await connection.query({ text: GIVE_BACK, values: [token] })
}
