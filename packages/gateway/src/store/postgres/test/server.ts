import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
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

export interface PrivateOptions {
  /** Takes encrypted lines alone, with these PEM texts, from the user `postgres` who has this password. */
  tls?: { cert: string; key: string; password: string }
}

/** Starts one in a temporary folder, on a port of its own; as an unprivileged user where this one is root. */
export async function startPrivate({ tls }: PrivateOptions = {}): Promise<TestServer> {
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
  /** Answers its path; PostgreSQL reads keys that are its user's alone. */
  const write = (name: string, text: string) => {
    const path = join(directory, name)
    writeFileSync(path, text, { mode: 0o600 })
    if (user) chownSync(path, user.uid, user.gid)
    return path
  }
  const data = join(directory, 'data')
  const port = await freePort()
  const access = tls ? ['-A', 'scram-sha-256', '--pwfile', write('password', tls.password)] : ['-A', 'trust']
  const options = ['listen_addresses=127.0.0.1', `port=${port}`, `unix_socket_directories=${directory}`]
  if (tls) {
    const hba = write('hba.conf', 'hostssl all all 127.0.0.1/32 scram-sha-256\n')
    const [cert, key] = [write('server.crt', tls.cert), write('server.key', tls.key)]
    options.push('ssl=on', `ssl_cert_file=${cert}`, `ssl_key_file=${key}`, `hba_file=${hba}`)
  }
  const given = options.map((option) => `-c ${option}`).join(' ')
  const steps: [string, string[]][] = [
    ['initdb', ['-D', data, '-U', 'postgres', ...access, '-E', 'UTF8', '--locale=C']],
    ['pg_ctl', ['-D', data, '-o', given, '-l', join(directory, 'log'), '-w', 'start']],
  ]
  for (const [name, args] of steps) {
    const { status, stderr, error } = run(name, args)
    if (status === 0) continue
    rmSync(directory, { recursive: true, force: true })
    return { missing: `${name} failed: ${error?.message ?? stderr.trim().split('\n').at(-1)}` }
  }
  const secret = tls ? `:${tls.password}` : ''
  return {
    url: `postgres://postgres${secret}@127.0.0.1:${port}/postgres`,
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
