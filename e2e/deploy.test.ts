import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { freePort } from '../packages/gateway/src/sandbox/free-port.ts'
import { eventually } from './support/api.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const dockerfile = read('deploy/Dockerfile')
/** One instruction an entry, continued lines joined, comments left out. */
const instructions = dockerfile
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => /^[A-Z]+ /.test(line))
const runtime = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')))

function only(name: string): string {
  const found = runtime.filter((line) => line.startsWith(`${name} `))
  expect(found, name).toHaveLength(1)
  return found[0]?.slice(name.length + 1) ?? ''
}

const folder = mkdtempSync(join(tmpdir(), 'kurir-image-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the Dockerfile', () => {
  test('is one that a linter likes', () => {
    for (const line of instructions.filter((entry) => entry.startsWith('FROM '))) {
      expect(line).toMatch(/^FROM node:24\.\d+\.\d+-bookworm-slim( AS \w+)?$/)
    }
    expect(instructions.filter((line) => /^(ADD|MAINTAINER) /.test(line))).toEqual([])
    expect(instructions.filter((line) => /^RUN .*\b(sudo|curl|wget|apt-get)\b/.test(line))).toEqual([])
    expect(only('USER')).toBe('node')
    expect(runtime.findIndex((line) => line.startsWith('USER '))).toBeLessThan(
      runtime.findIndex((line) => line.startsWith('ENTRYPOINT ')),
    )
    for (const name of ['ENTRYPOINT', 'CMD']) expect(JSON.parse(only(name))).toEqual(expect.any(Array))
    expect(only('ENV')).not.toMatch(/KEY|SECRET|PASSWORD|TOKEN/)
    const ignored = read('.dockerignore').split('\n')
    expect(ignored).toEqual(expect.arrayContaining(['.git', '**/node_modules', 'data']))
  })

  test('its last stage, laid out in a clean directory, starts, is healthy and stops', async () => {
    // What the build stage makes is made by the same script before every run of the tests.
    expect(existsSync(join(root, 'packages/dashboard/dist/index.html'))).toBe(true)
    const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean)
    for (const line of runtime.filter((entry) => entry.startsWith('COPY --from=build '))) {
      for (const source of line
        .split(' ')
        .slice(2, -1)
        .map((path) => path.replace('/app/', ''))) {
        if (source === 'node_modules') symlinkSync(join(root, source), join(folder, source))
        for (const file of tracked.filter((path) => path === source || path.startsWith(`${source}/`))) {
          mkdirSync(dirname(join(folder, file)), { recursive: true })
          cpSync(join(root, file), join(folder, file))
        }
      }
    }
    cpSync(join(root, 'packages/dashboard/dist'), join(folder, 'packages/dashboard/dist'), { recursive: true })
    const port = String(await freePort())
    const image = Object.fromEntries(
      only('ENV')
        .split(' ')
        .map((pair) => pair.split('=') as [string, string]),
    )
    expect(image).toMatchObject({ KURIR_HOST: '0.0.0.0', KURIR_DATA: '/data' })
    const env = {
      ...{ PATH: process.env.PATH, ...image },
      ...{ KURIR_HOST: '127.0.0.1', KURIR_PORT: port, KURIR_DATA: join(folder, 'data') },
    }
    const [, ...command] = [...JSON.parse(only('ENTRYPOINT')), ...JSON.parse(only('CMD'))] as string[]
    const gateway = spawn(process.execPath, command, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const out of [gateway.stdout, gateway.stderr]) {
      out.on('data', (chunk) => {
        said += chunk
      })
    }
    const exited = once(gateway, 'exit')
    const [, ...probe] = JSON.parse(only('HEALTHCHECK').replace(/^.*?CMD /, '')) as string[]
    const health = async () => {
      if (gateway.exitCode !== null && gateway.exitCode !== 0) throw new Error(`it ended: ${said}`)
      const [code] = await once(spawn(process.execPath, probe, { env, stdio: 'ignore' }), 'exit')
      return code as number
    }
    await eventually('a healthy gateway', async () => (await health()) === 0, { timeoutMs: 30_000, everyMs: 200 })
    expect(said).toContain('Admin key')
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('<!doctype html>')
    gateway.kill('SIGTERM')
    expect((await exited)[0]).toBe(0)
    expect(await health()).toBe(1)
  })
})

/** Each service's name and its lines. */
function servicesOf(text: string): Map<string, string> {
  const parts = text.slice(text.indexOf('\nservices:'), text.indexOf('\nvolumes:')).split(/\n {2}(?=\w+:\n)/)
  return new Map(parts.slice(1).map((part) => [part.slice(0, part.indexOf(':')), part]))
}

test.each([
  ['deploy/compose.yaml', ['kurir']],
  ['deploy/compose.postgres.yaml', ['kurir', 'postgres']],
])('what %s runs is closed in, restarts and asks for its secrets', (file, names) => {
  const text = read(file)
  expect(text).not.toMatch(/^version:/m)
  expect(text).not.toMatch(/\t|privileged: true|:latest|network_mode: host/)
  const services = servicesOf(text)
  expect([...services.keys()]).toEqual(names)
  for (const service of services.values()) {
    expect(service).toContain('restart: unless-stopped')
    expect(service).toContain('no-new-privileges:true')
    expect(service).toMatch(/stop_grace_period: \d+s/)
    for (const [port] of service.matchAll(/- '[\d.:]+:\d+'/g)) expect(port).toContain("'127.0.0.1:")
  }
  expect(services.get('kurir')).toContain('read_only: true')
  for (const [, value] of text.matchAll(/PASSWORD:? (.*)$/gm)) expect(value).toMatch(/^\$\{\w+:\?/)
  for (const [name] of text.matchAll(/^ {6}- (\w+):\//gm)) {
    expect(text.slice(text.indexOf('\nvolumes:')), name).toContain(`\n  ${name.trim().slice(2, -2)}:`)
  }
})

test('the PostgreSQL of compose is reached by the gateway alone, when it answers', () => {
  const text = read('deploy/compose.postgres.yaml')
  const services = servicesOf(text)
  const [server = '', gateway = ''] = [services.get('postgres'), services.get('kurir')]
  expect(server).not.toContain('ports:')
  expect(server).toMatch(/image: postgres:17/)
  expect(server).toMatch(/healthcheck:\n(?: +#.*\n)? +test: \['CMD', 'pg_isready', '--host=127\.0\.0\.1'/)
  expect(gateway).toMatch(/depends_on:\n {6}postgres:\n {8}condition: service_healthy/)
  const [, url = ''] = /DATABASE_URL: (.+)/.exec(gateway) ?? []
  const { username, password, hostname, pathname } = new URL(url.replace(/\$\{\w+:\?[^}]+\}/, 'a1b2'))
  expect({ username, password, hostname }).toEqual({ username: 'kurir', password: 'a1b2', hostname: 'postgres' })
  expect(server).toContain(`POSTGRES_USER: ${username}\n`)
  expect(server).toContain(`POSTGRES_DB: ${pathname.slice(1)}\n`)
  expect(read('.gitignore').split('\n')).toContain('.env')
})

test('the unit runs as nobody in particular, with its data in one place', () => {
  const unit = read('deploy/kurir.service')
  const sections = [...unit.matchAll(/^\[(\w+)\]$/gm)].map(([, name]) => name)
  expect(sections).toEqual(['Unit', 'Service', 'Install'])
  for (const line of unit.split('\n').filter((entry) => entry && !/^[#[]/.test(entry)))
    expect(line).toMatch(/^[A-Z]\w+=/)
  for (const setting of ['DynamicUser=yes', 'ProtectSystem=strict', 'NoNewPrivileges=yes', 'Restart=always']) {
    expect(unit).toContain(`\n${setting}\n`)
  }
  const [, program = ''] = /^ExecStart=\/usr\/bin\/env node \/opt\/kurir\/(\S+) start$/m.exec(unit) ?? []
  expect(existsSync(join(root, program))).toBe(true)
  expect(unit).toMatch(/KURIR_DATA=\/var\/lib\/kurir\nStateDirectory=kurir\n/)
})
