import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../../sandbox/free-port.ts'
import { connectPostgres } from '../driver.ts'
import { unprivileged } from './server.ts'

/** Why there is no PgBouncer to test with; undefined where there is one. */
export const whyNoPooler: string | undefined =
  spawnSync('pgbouncer', ['--version']).status === 0 ? undefined : 'pgbouncer is not installed'

/** A PgBouncer in transaction mode with two connections before the database at `url`. */
export async function startPooler(url: string): Promise<{ url: string; stop(): Promise<void> }> {
  const { hostname, port: behind, pathname, username } = new URL(url)
  const name = pathname.slice(1)
  const user = username || 'postgres'
  const directory = mkdtempSync(join(tmpdir(), 'kurir-pooler-'))
  const port = await freePort()
  const users = join(directory, 'users.txt')
  writeFileSync(users, `"${user}" ""\n`)
  const settings = `[databases]
${name} = host=${hostname} port=${behind || 5432} dbname=${name} user=${user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
auth_file = ${users}
pool_mode = transaction
default_pool_size = 2
`
  const file = join(directory, 'pgbouncer.ini')
  writeFileSync(file, settings)
  chmodSync(directory, 0o755)
  const as = unprivileged()
  if (as) chownSync(directory, as.uid, as.gid)
  const child = spawn('pgbouncer', [file], { ...as, stdio: 'ignore' })
  const address = `postgres://${user}@127.0.0.1:${port}/${name}`
  await untilUp(address)
  return {
    url: address,
    stop: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      setTimeout(() => child.kill('SIGKILL'), 2_000).unref()
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function untilUp(url: string): Promise<void> {
  for (const until = Date.now() + 10_000; ; ) {
    try {
      await (await connectPostgres(url)).close()
      return
    } catch (error) {
      if (Date.now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
