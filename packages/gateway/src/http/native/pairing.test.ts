import { afterAll, beforeAll, expect, test } from 'vitest'
import { OWN } from '../../messages/test/rig.ts'
import { HttpRig } from '../test/http-rig.ts'
import { preferredType } from './pairing/accept.ts'

let rig: HttpRig
beforeAll(async () => {
  rig = await HttpRig.open()
})
afterAll(() => rig.close())

function get(path: string, accept: string): Promise<Response> {
  return fetch(rig.url + path, { headers: { authorization: `Bearer ${rig.admin}`, accept } })
}

test('the QR code as JSON, PNG and SVG, never to be stored', async () => {
  await rig.rig.unpaired('shop')
  const json = await rig.call('GET', '/v1/sessions/shop/qr')
  expect(json.body).toMatchObject({
    qr: expect.any(String),
    image: expect.stringMatching(/^data:image\/png;base64,/),
    expires_at: expect.stringMatching(/Z$/),
  })
  const png = await get('/v1/sessions/shop/qr', 'image/png')
  expect(png.headers.get('content-type')).toBe('image/png')
  expect(png.headers.get('cache-control')).toBe('no-store')
  expect(
    Buffer.from(await png.arrayBuffer())
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG')
  const svg = await get('/v1/sessions/shop/qr', 'image/svg+xml, application/json;q=0.5')
  expect(svg.headers.get('content-type')).toBe('image/svg+xml')
  expect(await svg.text()).toMatch(/^<svg/)
})

test.each([
  [undefined, 'application/json'],
  ['*/*', 'application/json'],
  ['text/html,image/*;q=0.9,*/*;q=0.8', 'image/png'],
  ['image/svg+xml;q=0.9, image/png;q=0.1', 'image/svg+xml'],
  ['image/png;q=0, image/svg+xml;q=0.2', 'image/svg+xml'],
  ['IMAGE/PNG', 'image/png'],
  ['text/plain', undefined],
  ['image/png;q=lots', undefined],
])('Accept %s means %s', (accept, type) => {
  expect(preferredType(accept, ['application/json', 'image/png', 'image/svg+xml'])).toBe(type)
})

/** Reads events until the stream ends. */
async function* eventsOf(response: Response): AsyncGenerator<{ event: string; data: Record<string, unknown> }> {
  let rest = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = (rest + chunk).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const match = /^event: (.*)\ndata: (.*)$/.exec(block)
      if (match) yield { event: match[1] ?? '', data: JSON.parse(match[2] ?? '') }
    }
  }
}

test('the stream shows every QR code and ends when the session is connected', async () => {
  const session = await rig.rig.unpaired('streamed')
  const account = rig.rig.account(session)
  const response = await get('/v1/sessions/streamed/qr/stream', 'text/event-stream')
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const seen: string[] = []
  const codes: unknown[] = []
  for await (const { event, data } of eventsOf(response)) {
    seen.push(event)
    if (event !== 'qr') continue
    codes.push(data.qr)
    if (codes.length === 1) account.drop({ kind: 'restart_required' })
    else account.scan(String(data.qr), OWN)
  }
  expect(new Set(codes).size).toBe(2)
  expect(seen[0]).toBe('qr')
  expect(seen.at(-1)).toBe('connected')
  const again: string[] = []
  for await (const { event } of eventsOf(await get('/v1/sessions/streamed/qr/stream', '*/*'))) again.push(event)
  expect(again).toEqual(['connected'])
})

test('an open stream does not hold the server when it closes', async () => {
  const other = await HttpRig.open()
  await other.rig.unpaired('shop')
  const headers = { authorization: `Bearer ${other.admin}` }
  const response = await fetch(`${other.url}/v1/sessions/shop/qr/stream`, { headers })
  await other.close()
  await expect(response.text()).resolves.toContain('event: qr')
})

test('a connected session has no QR code and needs no pairing code', async () => {
  for (const [method, path, body] of [
    ['GET', '/v1/sessions/streamed/qr', undefined],
    ['POST', '/v1/sessions/streamed/pairing-code', { phone: '6281200000001' }],
  ] as const) {
    const answer = await rig.call(method, path, body ? { body } : {})
    expect(answer).toMatchObject({ status: 409, body: { code: 'already_connected' } })
  }
})

test('a pairing code for a number as people write it', async () => {
  const session = await rig.rig.unpaired('coded')
  const path = '/v1/sessions/coded/pairing-code'
  const bad = await rig.call('POST', path, { body: { phone: 'my phone' } })
  expect(bad).toMatchObject({ status: 400, body: { errors: [{ field: '/phone' }] } })
  const answer = await rig.call('POST', path, { body: { phone: '0812-0000-0001' } })
  expect(answer.body).toMatchObject({ phone: '6281200000001', code: expect.any(String) })
  rig.rig.account(session).enterCode(String(answer.body.code), OWN)
  await rig.rig.untilStatus('coded', 'connected')
})
