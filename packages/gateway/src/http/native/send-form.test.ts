import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HttpRig } from '../test/http-rig.ts'

const MB = 1024 * 1024
const picture = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#3a6' } })
  .png()
  .toBuffer()

let rig: HttpRig
beforeAll(async () => {
  rig = await HttpRig.open({ media: { maxBytes: MB } })
  await rig.rig.connected('shop')
})
afterAll(() => rig.close())

interface Part {
  name: string
  value: string | Blob
  fileName?: string
}

async function send(parts: Part[], headers: Record<string, string> = {}) {
  const body = new FormData()
  for (const { name, value, fileName } of parts) {
    if (typeof value === 'string') body.append(name, value)
    else body.append(name, value, fileName)
  }
  const response = await fetch(`${rig.url}/v1/sessions/shop/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${rig.admin}`, ...headers },
    body,
  })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, never> }
}

const photo = (bytes: Uint8Array = picture): Part => ({
  name: 'file',
  value: new Blob([new Uint8Array(bytes)], { type: 'image/png' }),
  fileName: 'foto.png',
})
const to = { name: 'to', value: '6281311110001' }
const image = [to, { name: 'type', value: 'image' }]
const filesKept = async () => (await rig.call('GET', '/v1/usage')).body.media_bytes

test('a form is a message with its file, whatever comes first', async () => {
  const fields = [...image, { name: 'caption', value: 'Lihat' }, { name: 'view_once', value: 'true' }]
  for (const parts of [
    [...fields, photo()],
    [photo(), ...fields],
  ]) {
    const answer = await send([...parts, { name: 'mentions', value: '6281311110002' }])
    expect(answer).toMatchObject({
      status: 202,
      body: {
        type: 'image',
        caption: 'Lihat',
        view_once: true,
        media: { mimetype: 'image/png', size: picture.length },
      },
    })
  }
})

test('the same form under the same key is one message; another file is a mismatch', async () => {
  const key = { 'idempotency-key': 'form-1' }
  const first = await send([...image, photo()], key)
  const again = await send([...image, photo()], key)
  expect(again.body).toEqual(first.body)
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  const other = await sharp(picture).resize(10).png().toBuffer()
  expect(await send([...image, photo(other)], key)).toMatchObject({
    status: 409,
    body: { code: 'idempotency_mismatch' },
  })
})

test('what is refused leaves no file behind', async () => {
  const before = await filesKept()
  const noRecipient = await send([{ name: 'type', value: 'image' }, photo()])
  expect(noRecipient).toMatchObject({ status: 400, body: { errors: [{ field: '/to' }] } })
  expect(await send([...image, { name: 'view_once', value: 'perhaps' }, photo()])).toMatchObject({ status: 400 })
  expect(await send([to, { name: 'type', value: 'text' }, { name: 'text', value: 'x' }, photo()])).toMatchObject({
    status: 400,
    body: { errors: [{ field: '/media' }] },
  })
  expect(await send(image)).toMatchObject({ status: 400, body: { errors: [{ field: '/media' }] } })
  expect(await send([...image, { name: 'media', value: '{"id": "med_1"}' }])).toMatchObject({ status: 400 })
  expect(await send([...image, photo(new Uint8Array(2 * MB))])).toMatchObject({ status: 413 })
  expect(await send([...image, photo(), photo()])).toMatchObject({ status: 413 })
  await expect.poll(filesKept).toBe(before)
})

test('a form without a file is a message like any other', async () => {
  const parts = [to, { name: 'type', value: 'text' }, { name: 'text', value: 'tanpa berkas' }]
  expect(await send(parts)).toMatchObject({ status: 202, body: { type: 'text', text: 'tanpa berkas' } })
})
