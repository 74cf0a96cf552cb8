import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerOf, type CurlAnswer, curl } from '../test/curl.ts'
import { LabApp, Site, until } from '../test/lab-app.ts'

/** Document 003, each example of it, over the lab. */
const SHOP = '2349011668758'
const FRIEND = '2348179803743'
const TEXT = expect.any(String)
const NO_ERROR = expect.stringMatching(/^application\/json/)

let app: LabApp
let site: Site
let token = ''
let image = Buffer.alloc(0)

beforeAll(async () => {
  ;[app, site] = await Promise.all([LabApp.start(), Site.open()])
  await app.phone(SHOP, 'Waap Test')
  for (const phone of [FRIEND, '2349048988056']) await app.phone(phone)
  token = (await app.credential('bots')).token ?? ''
  image = await sharp({ create: { width: 590, height: 653, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  site.files.set('/photo', { type: 'image/jpeg', bytes: await sharp(image).jpeg().toBuffer() })
  site.files.set('/page', { type: 'text/html', bytes: Buffer.from('<html></html>') })
})
afterAll(async () => {
  await Promise.all([app?.close(), site?.close()])
})

interface Bot {
  _id: string
  session_id: string
  access_token: string
}

/** A documented line as it stands, with host and credentials filled in. */
function sample(line: string, bot?: Bot, filled: Record<string, string> = {}): Promise<CurlAnswer> {
  const bearer = `curl --header 'Authorization: Bearer ${token}'`
  return curl(line.replace(/^curl/, bot ? 'curl' : bearer), {
    "'/whatsapp": `'${app.url}/whatsapp`,
    ...(bot
      ? {
          'session_id=&access_token=': `session_id=${bot.session_id}&access_token=${bot.access_token}`,
          '"session_id": ""': `"session_id": "${bot.session_id}"`,
          '"access_token": ""': `"access_token": "${bot.access_token}"`,
        }
      : {}),
    ...filled,
  })
}

/** A multipart sample; `--form` of curl in our own words. */
async function form(
  path: string,
  bot: Bot,
  fields: Record<string, string>,
  file?: { name: string; bytes: Buffer; type: string },
) {
  const body = new FormData()
  if (file) body.set('file', new Blob([file.bytes], { type: file.type }), file.name)
  for (const [name, value] of Object.entries(fields)) body.set(name, value)
  const query = `session_id=${bot.session_id}&access_token=${bot.access_token}`
  return answerOf(await fetch(`${app.url}${path}?${query}`, { method: 'POST', body }))
}

function ok(body: unknown) {
  return expect.objectContaining({ status: 200, body, type: NO_ERROR })
}

function refused(status: number, message: unknown = TEXT) {
  return expect.objectContaining({ status, body: { status: false, message, data: null }, type: NO_ERROR })
}

const UPDATED = (modifiedCount: number) =>
  ok({
    status: true,
    message: 'Whatsapp settings updated successfully!',
    data: { acknowledged: true, modifiedCount, upsertedId: null, upsertedCount: 0, matchedCount: 1 },
  })

const SETTINGS = {
  bot_timezone: 'Africa/Harare',
  default_msg: '{Hi|Hello} [name] your message has no keyword here.',
  actions: {
    send_default_msg: true,
    reply_group_msgs: true,
    reply_unread_msgs: true,
    reply_msgs: true,
    multi_device: false,
    send_webhook: false,
  },
  active_days: {
    monday: true,
    tuesday: true,
    wednesday: true,
    thursday: true,
    friday: true,
    saturday: true,
    sunday: true,
  },
  active_hours: { from: 'always', to: 'always' },
}
const FOUR_HEX = /^[0-9a-f]{4}(-[0-9a-f]{4}){4}$/
const OBJECT_ID = /^[0-9a-f]{24}$/
const ISO = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

async function createBot(): Promise<Bot> {
  const { body } = await sample(`curl --location '/whatsapp/createNewWhatsapp' --header 'x-refresh;' --data '{}'`)
  const { data } = body as { data: { _id: string; session_id: string; settings: { access_token: string } } }
  return { _id: data._id, session_id: data.session_id, access_token: data.settings.access_token }
}

let bot: Bot

describe('document 003, a bot from its making to its removal', () => {
  test('createNewWhatsapp answers every field as shown, and does not start it', async () => {
    const answer = await sample(`curl --location '/whatsapp/createNewWhatsapp' --header 'x-refresh;' --data '{}'`)
    expect(answer).toEqual(
      ok({
        status: true,
        message: 'Whatsapp created successfully!',
        data: {
          settings: {
            bot_name: 'WhatsappClient (bot_number)',
            status: 'STOPPED',
            bot_lang: 'en',
            ...SETTINGS,
            access_token: expect.stringMatching(FOUR_HEX),
          },
          _id: expect.stringMatching(OBJECT_ID),
          user_id: expect.stringMatching(OBJECT_ID),
          session_id: expect.stringMatching(FOUR_HEX),
          createdAt: ISO,
          updatedAt: ISO,
          __v: 0,
        },
      }),
    )
    const { data } = answer.body as { data: Bot & { settings: { access_token: string } } }
    bot = { _id: data._id, session_id: data.session_id, access_token: data.settings.access_token }
  })

  test('the list shows it by the tenant’s token alone', async () => {
    const line = `curl --location --request GET '/whatsapp' --data '{"session_id": "", "access_token": ""}'`
    expect(await sample(line)).toEqual(
      ok({
        status: true,
        message: 'Whatsapp fetched successfully!',
        data: [
          {
            _id: bot._id,
            settings: {
              bot_number: '',
              bot_name: 'WhatsappClient (bot_number)',
              status: 'STOPPED',
              ...SETTINGS,
              access_token: bot.access_token,
            },
            session_id: bot.session_id,
            createdAt: ISO,
            updatedAt: ISO,
            __v: 0,
          },
        ],
      }),
    )
    expect(await sample(line, bot)).toEqual(refused(401))
  })

  test('init starts it; scan shows the code as a page, an image and a text', async () => {
    const init = `curl --location '/whatsapp/init' --header 'x-refresh;' --data '{
"session_id": "",
"access_token": "",
"config": {
"multiDevice": true,
"setWebhook": true,
"webhookUrl": "valid_url"
}
}'`
    expect(await sample(init, bot)).toEqual(refused(400))
    expect(await sample(init, bot, { valid_url: `${site.url}/hook` })).toMatchObject({
      status: 200,
      body: { status: true, message: TEXT, data: { instance_key: bot.session_id, webhookUrl: `${site.url}/hook` } },
    })
    const scan = `curl --location '/whatsapp/scan?session_id=&access_token=' --header 'x-refresh;'`
    const page = await sample(scan, bot)
    expect(page).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' })
    expect(page.bytes.toString()).toMatch(/http-equiv="refresh"[\s\S]*<img src="data:image\/png;base64,/)
    const png = await sample(`${scan} --header 'Accept: image/png'`, bot)
    expect(png).toMatchObject({ status: 200, type: 'image/png' })
    expect(png.bytes.subarray(1, 4).toString()).toBe('PNG')
    const text = await sample(`curl --location '/whatsapp/scan?session_id=&access_token=&format=base64text'`, bot)
    expect(text).toMatchObject({ status: 200, type: 'text/plain; charset=utf-8' })
    expect(text.bytes.toString()).toMatch(/^data:image\/png;base64,[A-Za-z0-9+/=]+$/)
  })

  const instance = `curl --location --request GET '/whatsapp/instance?session_id=&access_token=&format=base64' --header 'x-refresh;' --data '{
"session_id": "",
"access_token": ""
}'`

  test('instance tells whether it is connected, and to which number', async () => {
    const shown = (instance_data: unknown) =>
      ok({
        status: true,
        message: 'Status checked successfully',
        data: { error: false, message: 'Instance fetched successfully', instance_data },
      })
    const webhookUrl = `${site.url}/hook`
    const common = { instance_key: bot.session_id, webhookUrl }
    expect(await sample(instance, bot)).toEqual(shown({ ...common, phone_connected: false, user: {} }))
    const { data } = await app.native<{ data: { id: string }[] }>('GET', '/v1/sessions')
    await app.scan(data[0]?.id ?? '', SHOP)
    const user = { id: `${SHOP}@s.whatsapp.net`, name: TEXT }
    expect(await sample(instance, bot)).toEqual(shown({ ...common, phone_connected: true, user }))
    expect(await sample(`curl '/whatsapp/scan?session_id=&access_token='`, bot)).toMatchObject({ status: 200 })
    const text = `curl --location '/whatsapp/scan?session_id=&access_token=&format=base64text'`
    expect(await sample(text, bot)).toEqual(refused(400))
  })
})

describe('document 003, settings', () => {
  const lines = [
    `curl --location --request PUT '/whatsapp/updateGeneral' --header 'x-refresh;' --data '{
"bot_name": "Bot Name",
"bot_timezone": "+1",
"bot_lang": "en",
"default_msg": true
}'`,
    `curl --location --request PUT '/whatsapp/updateActions' --header 'x-refresh;' --data '{
"send_default_msg": true,
"reply_group_msgs": true,
"reply_unread_msgs": true,
"reply_msgs": true,
"multi_device": true,
"send_webhook": true
}'`,
    `curl --location --request PUT '/whatsapp/updateActiveDays' --header 'x-refresh;' --data '{
"monday": true,
"tuesday": true,
"wednesday": true,
"thursday": true,
"friday": true,
"saturday": true,
"sunday": false
}'`,
    `curl --location --request PUT '/whatsapp/updateActiveHours' --header 'x-refresh;' --data '{
"from": "00:00",
"to": "5:00"
}'`,
  ]

  test('each PUT means the only bot and tells whether it changed anything; the list shows it', async () => {
    for (const line of lines) {
      expect(await sample(line)).toEqual(UPDATED(1))
      expect(await sample(line)).toEqual(UPDATED(0))
    }
    const { body } = await sample(`curl --location --request GET '/whatsapp'`)
    expect(body).toMatchObject({
      data: [
        {
          settings: {
            bot_number: SHOP,
            bot_name: 'Bot Name',
            status: 'CONNECTED',
            bot_timezone: '+1',
            default_msg: SETTINGS.default_msg,
            actions: { multi_device: true, send_webhook: true, send_default_msg: true },
            active_days: { saturday: true, sunday: false },
            active_hours: { from: '00:00', to: '5:00' },
          },
        },
      ],
    })
    const put = (path: string, data: string) => `curl -X PUT '/whatsapp/${path}' --data '${data}'`
    expect(await sample(put('updateGeneral', '{"default_msg":"Halo [name]"}'))).toEqual(UPDATED(1))
    expect(await sample(put('updateGeneral', '{}'))).toEqual(UPDATED(0))
    expect(await sample(put('updateGeneral', '{"bot_timezone":"Mars"}'))).toEqual(refused(400))
    expect(await sample(put('updateActiveHours', '{"from":"25:00"}'))).toEqual(refused(400))
    // Nothing is answered by itself in the tests that follow.
    expect(await sample(put('updateActions', '{"reply_msgs":false}'))).toEqual(UPDATED(1))
  })

  test('setWebhook posts what comes in, and what goes out as onAnyMessage alone', async () => {
    const line = `curl --location --request PUT '/whatsapp/setWebhook' --header 'x-refresh;' --data '{
"session_id": "",
"access_token": "",
"webhook_url": "https://eoy4r2ybzzfdw9y.m.pipedream.net",
"events": [
"onMessage",
"onAnyMessage"
],
"requestConfig": {"headers": {"X-Mine": "1", "Content-Type": "application/json"}, "params": {"q": "a b"}, "auth": {"username": "u", "password": "p"}}
}'`
    const filled = { 'https://eoy4r2ybzzfdw9y.m.pipedream.net': `${site.url}/events` }
    expect(await sample(line, bot, filled)).toMatchObject({ status: 200, body: { status: true, message: TEXT } })
    await app.control('POST', `/phones/${FRIEND}/messages`, { to: SHOP, text: 'hello bot' })
    const posts = () => site.posts.filter(({ path }) => path === '/events?q=a+b')
    const received = await until('both events came', () => posts().length === 2 && posts())
    expect(received.map(({ body }) => (body as { event: string }).event).toSorted()).toEqual([
      'onAnyMessage',
      'onMessage',
    ])
    for (const { headers, body } of received) {
      expect(headers).toMatchObject({ 'x-mine': '1', authorization: 'Basic dTpw' })
      expect(body).toEqual({
        event: TEXT,
        session_id: bot.session_id,
        data: {
          key: { remoteJid: `${FRIEND}@s.whatsapp.net`, fromMe: false, id: TEXT },
          message: { conversation: 'hello bot' },
          messageTimestamp: expect.stringMatching(/^\d{10}$/),
          pushName: TEXT,
          text: 'hello bot',
          from: FRIEND,
        },
      })
    }
    const sent = `curl '/whatsapp/sendText' --data '{"session_id": "", "access_token": "", "to": "${FRIEND}", "message": "mine"}'`
    expect((await sample(sent, bot)).status).toBe(200)
    const own = await until('the own message is posted', () => posts().length === 3 && posts()[2]?.body)
    expect(own).toMatchObject({ event: 'onAnyMessage', data: { text: 'mine', from: SHOP, key: { fromMe: true } } })
    await sample(`curl -X PUT '/whatsapp/updateActions' --data '{"send_webhook":false}'`)
    expect((await sample(sent, bot)).status).toBe(200)
    const { body } = await sample(`curl '/whatsapp/instance/?session_id=&access_token='`, bot)
    expect(body).toMatchObject({ data: { instance_data: { webhookUrl: null } } })
    expect(posts()).toHaveLength(3)
  })
})

describe('document 003, messages', () => {
  const info = (message: unknown) =>
    ok({
      status: true,
      message: 'Message sent successfully',
      data: {
        key: { remoteJid: TEXT, fromMe: true, id: expect.stringMatching(/^[0-9A-F]{16,}$/) },
        status: 'PENDING',
        message,
        messageTimestamp: expect.stringMatching(/^\d{10}$/),
      },
    })
  const base64 = expect.stringMatching(/^[A-Za-z0-9+/]+=*$/)
  const file = {
    url: TEXT,
    mimetype: TEXT,
    fileSha256: base64,
    fileLength: expect.stringMatching(/^\d+$/),
    mediaKey: base64,
    fileEncSha256: base64,
    directPath: TEXT,
    mediaKeyTimestamp: expect.stringMatching(/^\d{10}$/),
  }

  /** What the phone shows of the message that the answer names. */
  async function shown(answer: CurlAnswer, phone = FRIEND) {
    const { id } = (answer.body as { data: { key: { id: string } } }).data.key
    return until('the phone shows it', async () => (await app.shown(phone)).find((message) => message.id === id))
  }

  test('sendText at both its paths', async () => {
    const body = `'{
"session_id": "",
"access_token": "",
"to": "2348179803743",
"message": "Hello sir 3."
}'`
    for (const path of ['/whatsapp/sendText', '/whatsapp/message/sendText']) {
      const answer = await sample(`curl --location '${path}' --data ${body}`, bot)
      const data = expect.stringMatching(/^true_2348179803743@c\.us_[0-9A-F]+$/)
      expect(answer).toEqual(ok({ status: true, message: 'Message sent successfully', data }))
      const id = (answer.body as { data: string }).data.split('_')[2]
      const row = await until('it is shown', async () => (await app.shown(FRIEND)).find((message) => message.id === id))
      expect(row).toMatchObject({ text: 'Hello sir 3.', copies: 1, undecryptable: 0 })
    }
  })

  test('image, with every field of the answer', async () => {
    const caption = { chatId: FRIEND, caption: 'Yo' }
    const answer = await form('/whatsapp/message/image', bot, caption, {
      name: '1_dark - Copy (2).png',
      bytes: image,
      type: 'image/png',
    })
    expect(answer).toEqual(
      info({
        imageMessage: {
          ...file,
          mimetype: 'image/png',
          caption: 'Yo',
          fileLength: String(image.length),
          height: 653,
          width: 590,
          jpegThumbnail: base64,
        },
      }),
    )
    expect(await shown(answer)).toMatchObject({ type: 'image', copies: 1 })
    expect(await form('/whatsapp/message/image', bot, caption)).toEqual(refused(400))
  })

  test('video, audio, doc', async () => {
    const bytes = Buffer.from('not really a film, but nobody looks')
    const doc = await form(
      '/whatsapp/message/doc',
      bot,
      { chatId: FRIEND, filename: 'list.txt' },
      { name: 'x.txt', bytes, type: 'text/plain' },
    )
    expect(doc).toEqual(info({ documentMessage: expect.objectContaining({ ...file, fileName: 'list.txt' }) }))
    expect(await shown(doc)).toMatchObject({ type: 'document' })
    const mp4 = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom\0\0\x02\0isomiso2'), Buffer.alloc(64)])
    const video = await form(
      '/whatsapp/message/video',
      bot,
      { chatId: FRIEND, caption: 'film' },
      { name: 'a.mp4', bytes: mp4, type: 'video/mp4' },
    )
    expect(video).toEqual(info({ videoMessage: expect.objectContaining({ ...file, caption: 'film' }) }))
    expect(await shown(video)).toMatchObject({ type: 'video' })
    const mp3 = Buffer.concat([
      Buffer.from('ID3\x04\0\0\0\0\0\0', 'latin1'),
      Buffer.from([0xff, 0xfb, 0x90, 0x64]),
      Buffer.alloc(413),
    ])
    const audio = await form(
      '/whatsapp/message/audio',
      bot,
      { chatId: FRIEND },
      { name: 'a.mp3', bytes: mp3, type: 'audio/mpeg' },
    )
    expect(audio).toEqual(info({ audioMessage: expect.objectContaining(file) }))
    expect(await shown(audio)).toMatchObject({ type: 'audio' })
  })

  test('fileurl', async () => {
    const fields = {
      chatId: '2349048988056',
      url: `${site.url}/photo`,
      type: 'image',
      mimetype: 'image/jpeg',
      caption: 'Caption',
    }
    const answer = await form('/whatsapp/message/fileurl', bot, fields)
    expect(answer).toEqual(
      info({ imageMessage: expect.objectContaining({ ...file, mimetype: 'image/jpeg', caption: 'Caption' }) }),
    )
    expect(await shown(answer, '2349048988056')).toMatchObject({ type: 'image' })
    for (const url of [`${site.url}/gone`, `${site.url}/page`, 'http://169.254.169.254/', 'ftp://x']) {
      expect(await form('/whatsapp/message/fileurl', bot, { ...fields, url })).toEqual(refused(400))
    }
  })

  test('contact', async () => {
    const line = `curl --location '/whatsapp/message/contact?session_id=&access_token=' --data '{
"chatId": "2348179803743",
"vcard": {
"fullName": "john doe",
"displayName": "johndoe",
"organization": "Men In Black",
"phoneNumber": "919999999999"
}
}'`
    const answer = await sample(line, bot)
    const vcard = expect.stringMatching(
      /^BEGIN:VCARD\nVERSION:3.0\n[\s\S]*FN:john doe\nORG:Men In Black[\s\S]*waid=919999999999:/,
    )
    expect(answer).toEqual(info({ contactMessage: { displayName: 'johndoe', vcard } }))
    expect(await shown(answer)).toMatchObject({ copies: 1 })
  })

  test('button, MediaButton and list go out with numbers to answer by', async () => {
    const button = `curl --location '/whatsapp/message/button?session_id=&access_token=' --header 'Content-Type: application/json' --data '{
"chatId": "${FRIEND}",
"btndata": {
"text": "title Head",
"buttons": [
{ "type": "replyButton", "title": "Reply this text (REPLY)" },
{ "type": "urlButton", "title": "Click me (URL)", "payload": "https://google.com" },
{ "type": "callButton", "title": "Click to call (CALL)", "payload": "918788889688" }
],
"footerText": "title footer"
}
}'`
    const media = `curl --location '/whatsapp/message/MediaButton?session_id=&access_token=' --data '{
"chatId": "2348179803743",
"btndata": {
"text": "Title of Message",
"buttons": [
{ "type": "replyButton", "title": "this button reply" },
{ "type": "callButton", "title": "this button calls", "payload": "91999999999" }
],
"footerText": "Footer text",
"image": "https://picsum.photos/536/354",
"mediaType": "image",
"mimeType": "image/jpeg"
}
}'`
    const list = `curl --location '/whatsapp/message/list?session_id=&access_token=' --header 'x-refresh;' --data '{
"chatId": "2349048988056",
"msgdata": {
"buttonText": "Button Text",
"text": "Middle Text",
"title": "Head Title",
"description": "Footer Description",
"sections": [
{
"title": "title",
"rows": [{ "title": "Title Option 1", "description": "Option Description", "rowId": "string" }]
}
],
"listType": 0
}
}'`
    const withFallback = (answer: CurlAnswer) => {
      expect(answer).toMatchObject({ status: 200, body: { status: true, data: { status: 'PENDING', fallback: true } } })
      return answer
    }
    expect(await shown(withFallback(await sample(button, bot)))).toMatchObject({ copies: 1 })
    const filled = { 'https://picsum.photos/536/354': `${site.url}/photo` }
    expect(await shown(withFallback(await sample(media, bot, filled)))).toMatchObject({ copies: 1 })
    expect(await shown(withFallback(await sample(list, bot)), '2349048988056')).toMatchObject({ copies: 1 })
    expect(await sample(media, bot, { 'https://picsum.photos/536/354': `${site.url}/gone` })).toEqual(refused(400))
  })

  test('message sends its parts in order and answers them as shown', async () => {
    const attachments: string[] = []
    for (const name of ['a.png', 'b.png']) {
      const { body } = await form('/whatsapp/files', bot, {}, { name, bytes: image, type: 'image/png' })
      attachments.push((body as { data: { _id: string } }).data._id)
    }
    expect(attachments).toEqual([expect.stringMatching(OBJECT_ID), expect.stringMatching(OBJECT_ID)])
    const card = `{"displayName": "Barnks 2", "phoneNumber": "2349048988056"}`
    const contact = await sample(`curl '/whatsapp/contacts' --data '${card}'`)
    const contactId = (contact.body as { data: { _id: string } }).data._id
    const line = `curl --location '/whatsapp/message?session_id=&access_token=' --header 'x-refresh;' --data '{
"session_id": "",
"access_token": "",
"chatId": "${FRIEND}",
"message": "Hello dear",
"attachments": [
"64ac311eee05a1a2c27fbdb5",
"64ac265749240c35b96cb78c"
],
"location": {
"name": "locationName",
"lat": "6.556452",
"lng": "3.2774487"
},
"contactId": "64a00ec7c5e487d95dcb0d5e"
}'`
    const before = (await app.shown(FRIEND)).length
    expect(await sample(line, bot)).toEqual(refused(404))
    const filled = {
      '64ac311eee05a1a2c27fbdb5': attachments[0] ?? '',
      '64ac265749240c35b96cb78c': attachments[1] ?? '',
      '64a00ec7c5e487d95dcb0d5e': contactId,
    }
    expect(await sample(line, bot, filled)).toEqual(
      ok({
        status: true,
        message: 'Message sent successfully',
        data: {
          message: {},
          attachment: attachments,
          contact: {
            contactMessage: {
              displayName: 'Barnks 2',
              vcard: expect.stringMatching(/^BEGIN:VCARD\nVERSION:3.0\n[\s\S]*waid=2349048988056:/),
            },
          },
          image: {},
          buttons: {},
          location: { locationMessage: { degreesLatitude: 6.556452, degreesLongitude: 3.2774487 } },
        },
      }),
    )
    const rows = await until('all parts are shown', async () => {
      const all = await app.shown(FRIEND)
      return all.length === before + 5 && all.slice(before)
    })
    expect(rows.map(({ type }) => type)).toEqual([
      'text',
      'image',
      'image',
      'location',
      expect.stringMatching(/contact/),
    ])
  })
})

describe('document 003, several bots', () => {
  test('one must be named then; what is not one’s own is refused', async () => {
    const other = await createBot()
    const line = `curl -X PUT '/whatsapp/updateGeneral' --data '{}'`
    expect(await sample(line)).toEqual(refused(400))
    expect(await sample(`curl -X PUT '/whatsapp/updateGeneral?session_id=&access_token=' --data '{}'`, other)).toEqual(
      UPDATED(0),
    )
    const wrong = { ...other, access_token: bot.access_token }
    expect(await sample(`curl '/whatsapp/instance?session_id=&access_token='`, wrong)).toEqual(refused(401))
    expect(await sample(`curl '/whatsapp/scan'`, { ...other, session_id: '' })).toEqual(refused(401))

    const logout = `curl --location '/whatsapp/instance/logout/61a7bd6ea34282366c025764?session_id=&access_token='`
    expect(await sample(logout)).toEqual(refused(404))
    expect(await sample(logout, undefined, { '61a7bd6ea34282366c025764': bot._id })).toMatchObject({
      status: 200,
      body: { status: true, message: TEXT, data: { session_id: bot.session_id, status: 'LOGGED_OUT' } },
    })
    const remove = `curl --location --request DELETE '/whatsapp/61a7bd6ea34282366c025764'`
    expect(await sample(remove)).toEqual(refused(404))
    for (const { _id } of [bot, other]) {
      const filled = { '61a7bd6ea34282366c025764': _id }
      expect(await sample(remove, undefined, filled)).toMatchObject({ status: 200, body: { status: true } })
    }
    expect(await sample(`curl '/whatsapp'`)).toMatchObject({ status: 200, body: { data: [] } })
  })
})
