import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { freePort } from '../../../sandbox/free-port.ts'
import { connectPostgres } from '../driver.ts'

/** A server to test with, or why there is none. */
export type TestServer = { url: string; stop(): Promise<void> } | { missing: string }

const LOCAL = 'postgres://postgres@127.0.0.1:5432/postgres'
/** Where distributions put the programs. */
const HOMES = ['/usr/lib/postgresql', '/usr/pgsql', '/opt/homebrew/opt/postgresql', '/usr/local/opt/postgresql']

/** The server at TEST_DATABASE_URL, else the one on 127.0.0.1:5432, else a private one from the machine's programs. */
export async function findServer(): Promise<TestServer> {
  const given = process.env.TEST_DATABASE_URL
  const url = given ?? LOCAL
  const why = await whyUnusable(url)
  if (why === undefined) return { url, stop: async () => undefined }
  if (given) return { missing: `the server at TEST_DATABASE_URL cannot be used (${why})` }
  return startPrivate()
}

async function whyUnusable(url: string): Promise<string | undefined> {
  try {
    const driver = await connectPostgres(url)
    await driver.close()
    return undefined
  } catch (error) {
    return String(error)
  }
}

/** Starts one in a temporary folder, on a port of its own; as an unprivileged user where this one is root. */
export async function startPrivate(): Promise<TestServer> {
  const programs = findPrograms()
  if (!programs) return { missing: 'no server at 127.0.0.1:5432, and no initdb and pg_ctl on this machine' }
  const directory = mkdtempSync(join(tmpdir(), 'kurir-postgres-'))
  const user = unprivileged()
  if (user) chownSync(directory, user.uid, user.gid)
  const run = (name: string, args: string[]) =>
    spawnSync(join(programs, name), args, {
      ...user,
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  const data = join(directory, 'data')
  const port = await freePort()
  const options = `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories=${directory}`
  const steps: [string, string[]][] = [
    ['initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C']],
    ['pg_ctl', ['-D', data, '-o', options, '-l', join(directory, 'log'), '-w', 'start']],
  ]
  for (const [name, args] of steps) {
    const { status, stderr, error } = run(name, args)
    if (status === 0) continue
    rmSync(directory, { recursive: true, force: true })
    return { missing: `${name} failed: ${error?.message ?? stderr.trim().split('\n').at(-1)}` }
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      run('pg_ctl', ['-D', data, '-m', 'immediate', 'stop'])
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** The newest version's folder that has both programs. */
function findPrograms(): string | undefined {
  const path = (process.env.PATH ?? '').split(delimiter)
  const installed = HOMES.filter(existsSync).flatMap((home) =>
    readdirSync(home)
      .sort((one, other) => Number.parseInt(other, 10) - Number.parseInt(one, 10))
      .map((version) => join(home, version, 'bin')),
  )
  return [...installed, ...path].find((folder) => ['initdb', 'pg_ctl'].every((name) => existsSync(join(folder, name))))
}

/** PostgreSQL refuses to run as root: as whom it runs then. */
export function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const ask = (flag: string, name: string) => Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout)
  const name = spawnSync('id', ['postgres']).status === 0 ? 'postgres' : 'nobody'
  return { uid: ask('-u', name), gid: ask('-g', name) }
}
