import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { KurirError } from '../core/errors.ts'
import { AutomationRig, Hook, type HookHit, json, OWN, until } from './test/rig.ts'

let rig: AutomationRig
let hook: Hook
let answer: (hit: HookHit, response: ServerResponse) => void

beforeEach(async () => {
  answer = (_hit, response) => json(response, { success: true, message: [{ type: 'message', content: 'ok' }] })
  hook = await Hook.start((hit, response) => answer(hit, response))
  rig = await AutomationRig.open()
})
afterEach(async () => {
  await rig.close()
  await hook.close()
})

const rule = (keyword: string, match: 'exact' | 'any' = 'exact', webhookkey: string | null = 'YourSecretWebhookKey') =>
  rig.rule({ keyword, match, action: { type: 'webhook', url: `${hook.url}/hook`, webhookkey } })

const texts = (...list: string[]) => ({
  success: true,
  message: { reply: list.map((content) => ({ type: 'message', content })) },
})

describe('a rule with a webhook', () => {
  test('document 004: posts what stands behind the #', async () => {
    await rule('Penawaran#')
    await rig.write('penawaran#Jhon Doe#jhon@example.com')
    expect(hook.hits.map(({ body }) => body)).toEqual([
      {
        keyword: 'Penawaran#',
        data: ['Jhon Doe', 'jhon@example.com'],
        webhookkey: 'YourSecretWebhookKey',
        from: '6281300000001',
      },
    ])
    expect(hook.hits[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Kurir/test',
      'idempotency-key': expect.stringMatching(/^job_/),
    })
    expect(await rig.sent()).toEqual(['ok'])
  })

  test('document 004: posts name and number where there is no #', async () => {
    await rule('penawaran')
    await rule('', 'any', null)
    await rig.write('PENAWARAN')
    await rig.write('lain')
    expect(hook.hits.map(({ body }) => body)).toEqual([
      {
        keyword: 'penawaran',
        data: { nama: 'Budi', nohp: '6281300000001' },
        webhookkey: 'YourSecretWebhookKey',
        from: '6281300000001',
      },
      {
        keyword: '',
        data: { nama: 'Budi', nohp: '6281300000001', pesan: 'lain' },
        webhookkey: '',
        from: '6281300000001',
      },
    ])
  })

  test('sends what the answer lists: text, location and files', async () => {
    answer = (_hit, response) =>
      json(response, {
        success: true,
        message: {
          reply: [
            { type: 'message', content: 'first' },
            { type: 'location', content: [{ coordinate: '-6.2-106.8' }] },
            { type: 'document', content: `${hook.url}/offer.pdf` },
            { type: 'document', content: 'http://10.0.0.1/offer.pdf' },
            { type: 'video', content: `${hook.url}/a.mp4` },
            { type: 'message', content: 'last' },
          ],
        },
      })
    await rule('katalog')
    await rig.write('katalog')
    const { accepted, uploads } = await rig.account()
    expect(accepted.map(({ content }) => content)).toMatchObject([
      { type: 'text', text: 'first' },
      { type: 'location', latitude: -6.2, longitude: 106.8 },
      { type: 'document', media: { mimetype: 'application/pdf' } },
      { type: 'text', text: 'last' },
    ])
    expect([...uploads.values()].map(String)).toEqual(['%PDF-1.4 a file'])
  })

  test.each([
    ['says no', 200, { success: false, message: 'Unauthorized' }],
    ['is refused', 401, {}],
    ['redirects', 302, {}],
    ['is no JSON', 200, undefined],
  ])('whose answer %s sends nothing and is not asked again', async (_what, status, body) => {
    answer = (_hit, response) => {
      if (status === 302) response.setHeader('location', `${hook.url}/elsewhere`)
      if (body) json(response, body, status)
      else response.writeHead(status).end('<html>')
    }
    await rule('katalog')
    await rig.write('katalog')
    expect(await rig.sent()).toEqual([])
    expect(hook.hits).toHaveLength(1)
  })

  test('is asked again where it failed, and what came after it waits', async () => {
    let failures = 2
    answer = (_hit, response) => (failures-- > 0 ? json(response, {}, 503) : json(response, texts('at last')))
    await rig.close()
    // The waits of five and thirty seconds pass at once.
    const clock = { now: () => Date.now() + skipped, sleep: (ms: number, signal?: AbortSignal) => skip(ms, signal) }
    let skipped = 0
    const skip = async (ms: number, signal?: AbortSignal) => {
      await new Promise((resolve) => setTimeout(resolve, Math.min(ms, 20)))
      if (!signal?.aborted && ms > 4_000 && ms < 40_000) skipped += ms
    }
    rig = await AutomationRig.open({ clock })
    await rule('katalog')
    await rule('lagi', 'exact', 'other')
    await rig.say('katalog')
    await rig.say('lagi')
    await until('both are answered', async () => ((await rig.sent()).length === 2 ? true : undefined))
    const keys = hook.hits.map(({ headers }) => headers['idempotency-key'])
    expect(keys.slice(0, 3)).toEqual([keys[0], keys[0], keys[0]])
    expect(hook.hits.map(({ body }) => (body as { keyword: string }).keyword)).toEqual([
      'katalog',
      'katalog',
      'katalog',
      'lagi',
    ])
    expect(await rig.sent()).toEqual(['at last', 'at last'])
  })
})

describe('a process that dies', () => {
  /** Continues on the same data and the same WhatsApp account, as a new process does. */
  async function restart(): Promise<void> {
    const { dataDir, engine } = rig.rig
    await rig.shutDown()
    rig = await AutomationRig.open({ dataDir, engine })
  }

  test.each([0, 1, 2, 3])('after %i of four replies sends four, in order, once, and asks once', async (before) => {
    await rig.close()
    let accepted = 0
    let faults = 0
    rig = await AutomationRig.open({
      sender: (sender) => ({
        send: (...call) => {
          if (accepted === before) {
            faults += 1
            return Promise.reject(new KurirError('unavailable'))
          }
          accepted += 1
          return sender.send(...call)
        },
      }),
    })
    answer = (_hit, response) => json(response, texts('1', '2', '3', '4'))
    await rule('menu')
    await rig.say('menu')
    await until('it is at the fault', async () => {
      const sent = await rig.sent()
      return faults > 0 && sent.length === before ? true : undefined
    })
    await restart()
    await rig.untilQuiet()
    expect(await rig.sent()).toEqual(['1', '2', '3', '4'])
    expect(hook.hits).toHaveLength(1)
  })

  test('while the webhook thinks asks again, with the same key', async () => {
    const open: ServerResponse[] = []
    answer = (_hit, response) => void open.push(response)
    await rule('menu')
    await rig.say('menu')
    await until('the hook is asked', () => (open.length === 1 ? true : undefined))
    answer = (_hit, response) => json(response, texts('1'))
    await restart()
    await rig.untilQuiet()
    expect(await rig.sent()).toEqual(['1'])
    expect(hook.hits.map(({ headers }) => headers['idempotency-key'])).toEqual([
      hook.hits[0]?.headers['idempotency-key'],
      hook.hits[0]?.headers['idempotency-key'],
    ])
  })

  test('or stops while a file comes slowly does not wait for it, and sends it next time', async () => {
    let gets = 0
    const files = createServer((_request, response) => {
      gets += 1
      response.writeHead(200, { 'content-type': 'application/pdf' }).write('%PDF-1.4')
      if (gets > 1) response.end(' a file')
    }).listen(0, '127.0.0.1')
    await once(files, 'listening')
    const content = `http://127.0.0.1:${(files.address() as AddressInfo).port}/offer.pdf`
    answer = (_hit, response) =>
      json(response, { success: true, message: [...texts('1').message.reply, { type: 'document', content }] })
    await rule('menu')
    await rig.say('menu')
    await until('the file is asked for', () => (gets === 1 ? true : undefined))
    const began = performance.now()
    await restart()
    expect(performance.now() - began).toBeLessThan(5_000)
    await rig.untilQuiet()
    expect(await rig.sent()).toEqual(['1', 'document'])
    expect(hook.hits).toHaveLength(1)
    files.closeAllConnections()
    files.close()
  })

  test('answers nobody in the name of another account', async () => {
    const open: ServerResponse[] = []
    answer = (_hit, response) => void open.push(response)
    await rule('menu')
    await rig.say('menu')
    await until('the hook is asked', () => (open.length === 1 ? true : undefined))
    const { dataDir, engine, store } = rig.rig
    const { uid } = await rig.rig.session()
    await rig.responder.stop()
    await store.sessions.updateSession(uid, { phone: '6281299999999' })
    engine.account(uid).pair({ ...OWN, phone: '6281299999999' })
    await rig.shutDown()
    rig = await AutomationRig.open({ dataDir, engine })
    await rig.untilQuiet()
    expect(hook.hits).toHaveLength(1)
    expect(await rig.sent()).toEqual([])
  })
})
