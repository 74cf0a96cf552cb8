import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../packages/gateway/src/sandbox/free-port.ts'
import { signatureHeaders } from '../../packages/gateway/src/webhooks/sign.ts'
import { openRig } from '../../packages/gateway/src/webhooks/test/pump.ts'
import { eventually } from '../support/api.ts'

const EXAMPLES = fileURLToPath(new URL('../../docs/examples/webhooks/', import.meta.url))
const PAGE = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8')

interface Language {
  name: string
  file: string
  /** Word after the fence on the page. */
  fence: string
  /** Succeeds where the example can run. */
  probe: [command: string, ...args: string[]]
  run: (file: string, port: number) => [command: string, ...args: string[]]
}

const LANGUAGES: Language[] = [
  {
    ...{ name: 'JavaScript', file: 'receiver.mjs', fence: 'js', probe: [process.execPath, '--version'] },
    run: (file) => [process.execPath, file],
  },
  {
    ...{ name: 'Python', file: 'receiver.py', fence: 'python', probe: ['python3', '--version'] },
    run: (file) => ['python3', file],
  },
  {
    ...{ name: 'PHP', file: 'receiver.php', fence: 'php', probe: ['php', '--version'] },
    run: (file, port) => ['php', '-S', `127.0.0.1:${port}`, file],
  },
  {
    ...{ name: 'Java', file: 'Receiver.java', fence: 'java', probe: ['java', '--describe-module', 'jdk.compiler'] },
    run: (file) => ['java', file],
  },
  { name: 'Go', file: 'receiver.go', fence: 'go', probe: ['go', 'version'], run: (file) => ['go', 'run', file] },
]

interface Post {
  headers: Record<string, string>
  body: string
}

/** An endpoint that keeps what is posted to it. */
async function keeper() {
  const posts: Post[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const headers = Object.entries(request.headers).filter(([name]) => name.startsWith('webhook-'))
    posts.push({
      headers: Object.fromEntries(headers) as Record<string, string>,
      body: Buffer.concat(chunks).toString(),
    })
    response.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return { posts, url, close: () => server.close() }
}

/** Ends the program and what it started (`go run` starts another). */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || !child.pid) return
  const exited = once(child, 'exit')
  process.kill(-child.pid, 'SIGKILL')
  await exited
}

async function status(url: string, { headers, body }: Post): Promise<number> {
  const answer = await fetch(url, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body })
  return answer.status
}

async function tryReceiver({ file, run }: Language): Promise<void> {
  const secret = `whsec_${randomBytes(32).toString('base64')}`
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/`
  const [command, ...args] = run(EXAMPLES + file, port)
  const env = { ...process.env, WEBHOOK_SECRET: secret, PORT: String(port) }
  const receiver = spawn(command, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  let complained = ''
  receiver.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
  })
  receiver.stderr.on('data', (chunk: Buffer) => {
    complained += chunk.toString()
  })
  const [rig, kept] = await Promise.all([openRig(), keeper()])
  try {
    await eventually(
      'the receiver to listen',
      async () => {
        if (receiver.exitCode !== null) throw new Error(`it ended:\n${complained}`)
        return (await status(url, { headers: {}, body: '{}' })) === 400
      },
      { timeoutMs: 45_000, everyMs: 50 },
    )

    const endpoint = await rig.store.createEndpoint(url, { secret })
    await rig.store.createEndpoint(kept.url, { secret })
    const session = await rig.store.createSession('shop')
    rig.pump.start()
    await rig.store.receive(session, '6281311110001', 'Halo, got it')
    const ended = await eventually('the delivery', async () => {
      const [delivery] = await rig.store.deliveries(endpoint)
      return delivery?.attempts === 1 && kept.posts.length === 1 && delivery
    })
    expect(ended, complained).toMatchObject({ state: 'delivered' })

    const post = kept.posts[0]!
    const { body } = post
    const id = post.headers['webhook-id']!
    const signed = (at: number, by = secret) => ({
      body,
      headers: signatureHeaders({ id, at, body: Buffer.from(body), secrets: [by] }),
    })
    const foreign = signed(Date.now(), `whsec_${randomBytes(32).toString('base64')}`)
    const bySignature = (signature: string) => ({ body, headers: { ...post.headers, 'webhook-signature': signature } })
    const real = post.headers['webhook-signature']!
    const other = foreign.headers['webhook-signature']!

    expect(await status(url, post), 'the same delivery again').toBe(204)
    expect(await status(url, bySignature(`${other} ${real}`)), 'two secrets').toBe(204)
    expect(await status(url, { ...post, body: body.replace('got it', 'got 1t') }), 'another body').toBe(400)
    expect(await status(url, foreign), 'another secret').toBe(400)
    expect(await status(url, bySignature('')), 'no signature').toBe(400)
    expect(await status(url, bySignature(real.replace('v1,', 'v2,'))), 'another scheme').toBe(400)
    expect(await status(url, { body, headers: { ...post.headers, 'webhook-id': 'evt_other' } }), 'another id').toBe(400)
    expect(await status(url, signed(Date.now() - 310_000)), 'an old attempt').toBe(400)
    expect(await status(url, signed(Date.now() - 200_000)), 'a recent attempt').toBe(204)
    // It was told of once, however often it came.
    await eventually('it to be printed', () => printed.includes('Halo, got it'))
    expect(printed.split('Halo, got it')).toHaveLength(2)
  } finally {
    await end(receiver)
    kept.close()
    await rig.close()
  }
}

describe('the receivers of docs/examples/webhooks', () => {
  test('are those that are tried here, and the page shows each as it is', () => {
    expect(readdirSync(EXAMPLES).sort()).toEqual(LANGUAGES.map(({ file }) => file).sort())
    for (const { file, fence } of LANGUAGES) {
      const source = readFileSync(EXAMPLES + file, 'utf8')
      expect(PAGE.includes(`\`\`\`${fence}\n${source}\`\`\`\n`), file).toBe(true)
    }
  })

  for (const language of LANGUAGES) {
    const [command, ...args] = language.probe
    const why = spawnSync(command, args).status === 0 ? '' : ` (skipped: "${language.probe.join(' ')}" fails here)`
    test.skipIf(why)(`${language.name} takes what the gateway signed, once, and nothing else${why}`, () =>
      tryReceiver(language),
    )
  }
})
