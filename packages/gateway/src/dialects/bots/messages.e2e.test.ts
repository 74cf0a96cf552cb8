import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CurlAnswer } from '../test/curl.ts'
import { until } from '../test/lab-app.ts'
import { BotLab, type BotPair, FRIEND, OBJECT_ID, OTHER, ok, refused, TEXT } from './test/bot-lab.ts'

/** Document 003, each of its messages, over the lab. */
let world: BotLab
let bot: BotPair

beforeAll(async () => {
  world = await BotLab.start()
  bot = await world.createBot()
  const init = `curl '/whatsapp/init' --data '{"session_id": "", "access_token": ""}'`
  expect(await world.sample(init, bot)).toMatchObject({ status: 200, body: { status: true } })
  await world.scan()
})
afterAll(() => world?.close())

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
    return until('the phone shows it', async () => (await world.app.shown(phone)).find((message) => message.id === id))
  }

  test('sendText at both its paths', async () => {
    const body = `'{
"session_id": "",
"access_token": "",
"to": "2348179803743",
"message": "Hello sir 3."
}'`
    for (const path of ['/whatsapp/sendText', '/whatsapp/message/sendText']) {
      const answer = await world.sample(`curl --location '${path}' --data ${body}`, bot)
      const data = expect.stringMatching(/^true_2348179803743@c\.us_[0-9A-F]+$/)
      expect(answer).toEqual(ok({ status: true, message: 'Message sent successfully', data }))
      const id = (answer.body as { data: string }).data.split('_')[2]
      const row = await until('it is shown', async () =>
        (await world.app.shown(FRIEND)).find((message) => message.id === id),
      )
      expect(row).toMatchObject({ text: 'Hello sir 3.', copies: 1, undecryptable: 0 })
    }
  })

  test('image, with every field of the answer', async () => {
    const caption = { chatId: FRIEND, caption: 'Yo' }
    const answer = await world.form('/whatsapp/message/image', bot, caption, {
      name: '1_dark - Copy (2).png',
      bytes: world.image,
      type: 'image/png',
    })
    expect(answer).toEqual(
      info({
        imageMessage: {
          ...file,
          mimetype: 'image/png',
          caption: 'Yo',
          fileLength: String(world.image.length),
          height: 653,
          width: 590,
          jpegThumbnail: base64,
        },
      }),
    )
    expect(await shown(answer)).toMatchObject({ type: 'image', copies: 1 })
    expect(await world.form('/whatsapp/message/image', bot, caption)).toEqual(refused(400))
  })

  test('video, audio, doc', async () => {
    const bytes = Buffer.from('not really a film, but nobody looks')
    const doc = await world.form(
      '/whatsapp/message/doc',
      bot,
      { chatId: FRIEND, filename: 'list.txt' },
      { name: 'x.txt', bytes, type: 'text/plain' },
    )
    expect(doc).toEqual(info({ documentMessage: expect.objectContaining({ ...file, fileName: 'list.txt' }) }))
    expect(await shown(doc)).toMatchObject({ type: 'document' })
    const mp4 = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom\0\0\x02\0isomiso2'), Buffer.alloc(64)])
    const video = await world.form(
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
    const audio = await world.form(
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
      chatId: OTHER,
      url: `${world.site.url}/photo`,
      type: 'image',
      mimetype: 'image/jpeg',
      caption: 'Caption',
    }
    const answer = await world.form('/whatsapp/message/fileurl', bot, fields)
    expect(answer).toEqual(
      info({ imageMessage: expect.objectContaining({ ...file, mimetype: 'image/jpeg', caption: 'Caption' }) }),
    )
    expect(await shown(answer, OTHER)).toMatchObject({ type: 'image' })
    for (const url of [`${world.site.url}/gone`, `${world.site.url}/page`, 'http://169.254.169.254/', 'ftp://x']) {
      expect(await world.form('/whatsapp/message/fileurl', bot, { ...fields, url })).toEqual(refused(400))
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
    const answer = await world.sample(line, bot)
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
    expect(await shown(withFallback(await world.sample(button, bot)))).toMatchObject({ copies: 1 })
    const filled = { 'https://picsum.photos/536/354': `${world.site.url}/photo` }
    expect(await shown(withFallback(await world.sample(media, bot, filled)))).toMatchObject({ copies: 1 })
    expect(await shown(withFallback(await world.sample(list, bot)), OTHER)).toMatchObject({ copies: 1 })
    expect(await world.sample(media, bot, { 'https://picsum.photos/536/354': `${world.site.url}/gone` })).toEqual(
      refused(400),
    )
  })

  test('message sends its parts in order and answers them as shown', async () => {
    const attachments: string[] = []
    for (const name of ['a.png', 'b.png']) {
      const { body } = await world.form('/whatsapp/files', bot, {}, { name, bytes: world.image, type: 'image/png' })
      attachments.push((body as { data: { _id: string } }).data._id)
    }
    expect(attachments).toEqual([OBJECT_ID, OBJECT_ID])
    const card = `{"displayName": "Barnks 2", "phoneNumber": "2349048988056"}`
    const contact = await world.sample(`curl '/whatsapp/contacts' --data '${card}'`)
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
    const before = (await world.app.shown(FRIEND)).length
    expect(await world.sample(line, bot)).toEqual(refused(404))
    const filled = {
      '64ac311eee05a1a2c27fbdb5': attachments[0] ?? '',
      '64ac265749240c35b96cb78c': attachments[1] ?? '',
      '64a00ec7c5e487d95dcb0d5e': contactId,
    }
    expect(await world.sample(line, bot, filled)).toEqual(
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
      const all = await world.app.shown(FRIEND)
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
