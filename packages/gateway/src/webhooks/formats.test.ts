import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { SessionUid } from '../core/ids.ts'
import type { MediaId } from '../core/media.ts'
import { BodyFormats, jsonBody } from './body.ts'
import { openRig, type Rig, type RigOptions } from './test/pump.ts'
import { type Answering, Receiver } from './test/receiver.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function listen(answer?: Answering): Promise<Receiver> {
  const receiver = await Receiver.start(answer)
  closing.push(() => receiver.close())
  return receiver
}

async function rigged(options?: RigOptions): Promise<Rig & { session: SessionUid }> {
  const rig = await openRig(options)
  closing.push(() => rig.close())
  return { ...rig, session: await rig.store.createSession('sales') }
}

const until = (condition: () => unknown) =>
  vi.waitFor(async () => expect(await condition()).toBeTruthy(), { timeout: 8000, interval: 5 })

const SECRETS = [5, 6].map((byte) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`) as [string, string]

describe('a secret that is being rotated', () => {
  it('signs beside the new one until its time is over', async () => {
    const receiver = await listen()
    const rig = await rigged()
    const [secret, old] = SECRETS
    const previousSecret = { secret: old, until: rig.clock.now() + 60_000 }
    await rig.store.createEndpoint(receiver.url, { secret, previousSecret })
    rig.pump.start()
    await rig.store.receive(rig.session, '628111', 'a')
    await until(() => receiver.hits.length === 1)
    const verify = (key: string, index: number) => {
      const { body, headers } = receiver.hits[index] ?? { body: Buffer.alloc(0), headers: {} }
      return () => new Webhook(key).verify(body, headers as Record<string, string>)
    }
    expect(verify(secret, 0)()).toEqual(verify(old, 0)())
    rig.clock.advance(60_000)
    await rig.store.receive(rig.session, '628111', 'b')
    await until(() => receiver.hits.length === 2)
    expect(verify(secret, 1)()).toMatchObject({ data: { text: 'b' } })
    expect(verify(old, 1)).toThrow('No matching signature')
  })
})

describe('a format', () => {
  it('writes the bodies of its endpoints, and nothing is sent of what it has no body for', async () => {
    const receiver = await listen()
    const rig = await rigged({
      needs: {
        renderer: new BodyFormats([
          [
            'short',
            {
              render: ({ data }, { settings }) => {
                const { text } = data as { text: string }
                return text === 'silent' ? null : jsonBody({ text, shop: settings.shop })
              },
            },
          ],
        ]),
      },
    })
    const endpoint = await rig.store.createEndpoint(receiver.url, { format: 'short', settings: { shop: 7 } })
    rig.pump.start()
    for (const text of ['silent', 'loud']) await rig.store.receive(rig.session, '628111', text)
    await until(async () => (await rig.store.deliveries(endpoint)).every(({ state }) => state === 'delivered'))
    expect(receiver.hits.map(({ event }) => event)).toEqual([{ text: 'loud', shop: 7 }])
    expect(await rig.store.deliveries(endpoint)).toMatchObject([{ lastStatus: null }, { lastStatus: 204 }])
  })

  it('that is not there waits, and loses nothing', async () => {
    const receiver = await listen()
    const rig = await rigged({ needs: { renderer: new BodyFormats() } })
    const endpoint = await rig.store.createEndpoint(receiver.url, { format: 'nobody' })
    rig.pump.start()
    await rig.store.receive(rig.session, '628111', 'a')
    await until(async () => (await rig.store.deliveries(endpoint))[0]?.lastError === 'internal')
    expect((await rig.store.deliveries(endpoint))[0]?.state).toBe('pending')
    expect(receiver.hits).toEqual([])
  })
})

describe('an endpoint with a time limit of its own', () => {
  it('has no longer than that', async () => {
    const receiver = await listen(() => {})
    const rig = await rigged()
    const endpoint = await rig.store.createEndpoint(receiver.url, { timeoutMs: 60 })
    rig.pump.start()
    await rig.store.receive(rig.session, '628111', 'a')
    await until(async () => (await rig.store.deliveries(endpoint))[0]?.lastError === 'timeout')
  })
})

describe('the file of a message', () => {
  it('is linked to where the gateway is when the delivery is made, and only there', async () => {
    const receiver = await listen()
    let address = 'https://old.example'
    const rig = await rigged({ needs: { renderer: new BodyFormats([], () => address) } })
    await rig.store.createEndpoint(receiver.url)
    await rig.store.receiveFile(rig.session, '628111', 'med_1' as MediaId)
    address = 'https://new.example/wa'
    rig.pump.start()
    await until(() => receiver.hits.length === 1)
    expect(receiver.hits[0]?.event.data).toMatchObject({
      media: { id: 'med_1', url: 'https://new.example/wa/v1/media/med_1' },
    })
  })
})
