import { afterAll, beforeAll, expect, test } from 'vitest'
import { answerOf, type CurlAnswer } from '../test/curl.ts'
import { LabApp, Site, until } from '../test/lab-app.ts'

/** Document 003: what bots do by themselves, and what is refused. */
const SHOP = '2349011668758'
const FRIEND = '2348179803743'

let app: LabApp
let site: Site
let token = ''
let pair: Record<string, string> = {}

beforeAll(async () => {
  ;[app, site] = await Promise.all([LabApp.start(), Site.open()])
  await app.phone(SHOP, 'Shop')
  await app.phone(FRIEND, 'Ade')
  token = (await app.credential('bots')).token ?? ''
  const { body } = await call('POST', 'createNewWhatsapp')
  const { data } = body as { data: { session_id: string; settings: { access_token: string } } }
  pair = { session_id: data.session_id, access_token: data.settings.access_token }
  await call('POST', 'init', pair)
  const sessions = await app.native<{ data: { id: string }[] }>('GET', '/v1/sessions')
  await app.scan(sessions.data[0]?.id ?? '', SHOP)
})
afterAll(async () => {
  await Promise.all([app?.close(), site?.close()])
})

async function call(method: string, path: string, body: object = {}): Promise<CurlAnswer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const content = method === 'GET' ? {} : { body: JSON.stringify(body) }
  return answerOf(await fetch(`${app.url}/whatsapp/${path}`, { method, headers, ...content }))
}

function write(text: string): Promise<unknown> {
  return app.control('POST', `/phones/${FRIEND}/messages`, { to: SHOP, text })
}

async function replies(): Promise<unknown[]> {
  return (await app.shown(FRIEND)).filter(({ from }) => from === SHOP).map(({ text }) => text)
}

test('a bot that was made here answers with the default message, until it is told not to', async () => {
  await write('anybody?')
  const first = await until('the bot answers', async () => (await replies())[0])
  expect(first).toMatch(/^(Hi|Hello) Ade your message has no keyword here\.$/)

  expect((await call('PUT', 'updateGeneral', { default_msg: 'We sleep, [name]' })).status).toBe(200)
  await write('still there?')
  expect(await until('it answers the new text', async () => (await replies())[1])).toBe('We sleep, Ade')

  expect((await call('PUT', 'updateActions', { reply_msgs: false })).status).toBe(200)
  await write('and now?')
  // What the bot sends comes after the answer that it would have given.
  expect((await call('POST', 'sendText', { to: FRIEND, message: 'by hand' })).status).toBe(200)
  await until('the text is shown', async () => (await replies()).includes('by hand'))
  expect(await replies()).toEqual([first, 'We sleep, Ade', 'by hand'])
})

test('a session that was made elsewhere is a bot with its pair, and silent until it is told to answer', async () => {
  await app.native('POST', '/v1/sessions', { id: 'elsewhere' })
  const made = await app.credential('bots', 'elsewhere')
  const settings = async () => {
    const { body } = await call('GET', '')
    const { data } = body as { data: { session_id: string; settings: Record<string, unknown> }[] }
    return data.find(({ session_id }) => session_id === made.session_id)?.settings
  }
  const off = { default_msg: '', actions: { send_default_msg: false, reply_msgs: true } }
  expect(await settings()).toMatchObject({ ...off, access_token: made.access_token, bot_timezone: 'Asia/Jakarta' })
  expect((await call('PUT', 'updateGeneral', { ...made, default_msg: true })).status).toBe(200)
  const default_msg = '{Hi|Hello} [name] your message has no keyword here.'
  expect(await settings()).toMatchObject({ default_msg, actions: { send_default_msg: true } })
  await app.native('DELETE', '/v1/sessions/elsewhere')
  expect(await settings()).toBeUndefined()
})

test('"1" to buttons counts as the first one', async () => {
  const webhook_url = `${site.url}/in`
  expect((await call('PUT', 'setWebhook', { webhook_url, events: ['onMessage'] })).status).toBe(200)
  const buttons = [
    { type: 'replyButton', title: 'Yes', payload: 'yes' },
    { type: 'replyButton', title: 'No', payload: 'no' },
  ]
  const btndata = { text: 'Sure?', buttons }
  expect((await call('POST', 'message/button', { chatId: FRIEND, btndata })).status).toBe(200)
  await write('1')
  const [posted] = await until('the answer is posted', () => site.postsTo('/in').length === 1 && site.postsTo('/in'))
  expect(posted).toMatchObject({
    event: 'onMessage',
    data: {
      text: '1',
      from: FRIEND,
      message: { buttonsResponseMessage: { selectedButtonId: 'yes', selectedDisplayText: 'Yes' } },
    },
  })
})

test.each(['http://10.0.0.1/x', 'http://169.254.169.254/latest', 'http://[fd00::1]/', 'http://0x0a000001/'])(
  'no URL may lead inside: %s',
  async (url) => {
    const before = (await replies()).length
    const btndata = { text: 'x', buttons: [{ type: 'replyButton', title: 'x' }], image: url, mediaType: 'image' }
    const answers = await Promise.all([
      call('PUT', 'setWebhook', { webhook_url: url }),
      call('POST', 'init', { config: { setWebhook: true, webhookUrl: url } }),
      call('POST', 'message/fileurl', { chatId: FRIEND, url, type: 'image' }),
      call('POST', 'message/MediaButton', { chatId: FRIEND, btndata }),
    ])
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 400, body: { status: false, message: expect.any(String), data: null } })
    }
    expect(await replies()).toHaveLength(before)
  },
)

test('the parts of a message are sent once for one Idempotency-Key, and none where one of them is unknown', async () => {
  const before = (await replies()).length
  const body = { ...pair, chatId: FRIEND, message: 'one', location: { lat: '6.5', lng: '3.2' } }
  const unknown = await call('POST', 'message', { ...body, contactId: '64a00ec7c5e487d95dcb0d5e' })
  expect(unknown).toMatchObject({ status: 404, body: { status: false, data: null } })

  const headers = { 'content-type': 'application/json', 'idempotency-key': 'parts-1' }
  const send = async () =>
    answerOf(await fetch(`${app.url}/whatsapp/message`, { method: 'POST', headers, body: JSON.stringify(body) }))
  const [first, second] = [await send(), await send()]
  expect(first).toMatchObject({ status: 200, body: { data: { location: { locationMessage: {} }, contact: {} } } })
  expect(second).toEqual(first)
  await until('both parts are shown', async () => (await replies()).length === before + 2)
  expect((await replies()).slice(before)).toHaveLength(2)
})
