import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Delivery, Endpoint } from './ports.ts'
import { type Answering, isSigned, Receiver } from './test/receiver.ts'
import { openTestStore } from './test/store.ts'

const CHILD = fileURLToPath(new URL('./test/crash-child.ts', import.meta.url))
const IN_FLIGHT = 8

let dataDir: string
let receiver: Receiver
let child: ChildProcess | undefined
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'kurir-crash-'))
  return async () => rm(dataDir, { recursive: true })
})
afterEach(async () => {
  await kill()
  await receiver.close()
})

/** Starts the child and waits until it says `word`. */
async function start(mode: 'deliver' | 'hold', word: 'started' | 'settling' = 'started'): Promise<void> {
  const started = spawn(process.execPath, [CHILD, dataDir, mode], { stdio: ['ignore', 'pipe', 'inherit'] })
  child = started
  let said = ''
  started.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  await vi.waitFor(() => expect(said).toContain(word), { timeout: 10_000, interval: 5 })
}

async function kill(): Promise<void> {
  const dying = child
  child = undefined
  if (!dying || dying.exitCode !== null || dying.signalCode !== null) return
  const gone = new Promise((resolve) => dying.once('exit', resolve))
  dying.kill('SIGKILL')
  await gone
}

/** Fills a new store with `count` messages in `chats` chats. */
async function fill(answer: Answering | undefined, count: number, chats: number): Promise<Endpoint> {
  receiver = await Receiver.start(answer)
  const store = await openTestStore({ dataDir })
  const endpoint = await store.createEndpoint(receiver.url)
  const session = await store.createSession('sales')
  await Promise.all(Array.from({ length: count }, (_, n) => store.receive(session, `62811${n % chats}`, `${n}`)))
  await store.close()
  return endpoint
}

async function deliveries(endpoint: Endpoint): Promise<Delivery[]> {
  const store = await openTestStore({ dataDir })
  const found = await store.deliveries(endpoint)
  await store.close()
  return found
}

describe('a process killed', { timeout: 40_000 }, () => {
  it('while it waits for the answer delivers again, with the same id, as if it had not tried', async () => {
    let holds = true
    const endpoint = await fill(
      (_, response) => {
        if (!holds) response.writeHead(200).end()
      },
      1,
      1,
    )
    await start('deliver')
    await vi.waitFor(() => expect(receiver.hits).toHaveLength(1), { timeout: 10_000 })
    await kill()
    expect(await deliveries(endpoint)).toMatchObject([{ state: 'pending', attempts: 0 }])
    holds = false
    await start('deliver')
    await vi.waitFor(() => expect(receiver.hits).toHaveLength(2), { timeout: 10_000 })
    expect(receiver.hits[1]?.id).toBe(receiver.hits[0]?.id)
    expect(receiver.hits.every((hit) => isSigned(hit, endpoint.secret))).toBe(true)
  })

  it('between the answer and the store delivers again, with the same id, before the next of the chat', async () => {
    const endpoint = await fill(undefined, 2, 1)
    await start('hold', 'settling')
    expect(receiver.texts).toEqual(['0'])
    await kill()
    expect(await deliveries(endpoint)).toMatchObject([{ state: 'pending', attempts: 0 }, { state: 'pending' }])
    await start('deliver')
    await vi.waitFor(() => expect(receiver.hits).toHaveLength(3), { timeout: 10_000 })
    expect(receiver.texts).toEqual(['0', '0', '1'])
    expect(receiver.hits[1]?.id).toBe(receiver.hits[0]?.id)
  })

  it('again and again loses nothing, repeats no more than was in flight, and keeps the order', async () => {
    const count = 300
    const chats = 20
    const kills = 4
    const endpoint = await fill(undefined, count, chats)
    for (let n = 1; n <= kills; n++) {
      await start('deliver')
      const enough = Math.min(count - 1, receiver.hits.length + 20 + ((n * 37) % 50))
      await vi.waitFor(() => expect(receiver.hits.length).toBeGreaterThanOrEqual(enough), {
        timeout: 10_000,
        interval: 1,
      })
      await kill()
    }
    await start('deliver')
    const ids = () => new Set(receiver.hits.map(({ id }) => id)).size
    await vi.waitFor(() => expect(ids()).toBe(count), { timeout: 20_000 })
    // A clean reader needs the child gone; one more look at the store shows what it had settled.
    await kill()
    const settled = (await deliveries(endpoint)).filter(({ state }) => state === 'delivered').length
    expect(settled).toBeGreaterThanOrEqual(count - IN_FLIGHT)
    expect(receiver.hits.length).toBeLessThanOrEqual(count + kills * IN_FLIGHT)
    const chatsSeen = new Map<string, number[]>()
    for (const { event } of receiver.hits) {
      const numbers = chatsSeen.get(event.data.chat) ?? []
      if (!numbers.includes(Number(event.data.text))) numbers.push(Number(event.data.text))
      chatsSeen.set(event.data.chat, numbers)
    }
    expect(chatsSeen.size).toBe(chats)
    for (const numbers of chatsSeen.values()) expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
  })
})
