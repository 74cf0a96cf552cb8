import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../test/lab-app.ts'
import { BotLab, type BotPair, FRIEND, OBJECT_ID, ok, refused, SHOP, TEXT } from './test/bot-lab.ts'

/** Document 003, each example of it but those of messages, over the lab. */
let world: BotLab
let bot: BotPair

beforeAll(async () => {
  world = await BotLab.start()
})
afterAll(() => world?.close())

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
const FOUR_HEX = expect.stringMatching(/^[0-9a-f]{4}(-[0-9a-f]{4}){4}$/)
const ISO = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

describe('document 003, a bot from its making to its removal', () => {
  test('createNewWhatsapp answers every field as shown, and does not start it', async () => {
    const answer = await world.sample(`curl --location '/whatsapp/createNewWhatsapp' --header 'x-refresh;' --data '{}'`)
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
            access_token: FOUR_HEX,
          },
          _id: OBJECT_ID,
          user_id: OBJECT_ID,
          session_id: FOUR_HEX,
          createdAt: ISO,
          updatedAt: ISO,
          __v: 0,
        },
      }),
    )
    const { data } = answer.body as { data: BotPair & { settings: { access_token: string } } }
    bot = { _id: data._id, session_id: data.session_id, access_token: data.settings.access_token }
  })

  test('the list shows it by the tenant’s token alone', async () => {
    const line = `curl --location --request GET '/whatsapp' --data '{"session_id": "", "access_token": ""}'`
    expect(await world.sample(line)).toEqual(
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
    expect(await world.sample(line, bot)).toEqual(refused(401))
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
    expect(await world.sample(init, bot)).toEqual(refused(400))
    expect(await world.sample(init, bot, { valid_url: `${world.site.url}/hook` })).toMatchObject({
      status: 200,
      body: {
        status: true,
        message: TEXT,
        data: { instance_key: bot.session_id, webhookUrl: `${world.site.url}/hook` },
      },
    })
    const scan = `curl --location '/whatsapp/scan?session_id=&access_token=' --header 'x-refresh;'`
    const page = await world.sample(scan, bot)
    expect(page).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' })
    expect(page.bytes.toString()).toMatch(/http-equiv="refresh"[\s\S]*<img src="data:image\/png;base64,/)
    const png = await world.sample(`${scan} --header 'Accept: image/png'`, bot)
    expect(png).toMatchObject({ status: 200, type: 'image/png' })
    expect(png.bytes.subarray(1, 4).toString()).toBe('PNG')
    const text = await world.sample(`curl --location '/whatsapp/scan?session_id=&access_token=&format=base64text'`, bot)
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
    const webhookUrl = `${world.site.url}/hook`
    const common = { instance_key: bot.session_id, webhookUrl }
    expect(await world.sample(instance, bot)).toEqual(shown({ ...common, phone_connected: false, user: {} }))
    await world.scan()
    const user = { id: `${SHOP}@s.whatsapp.net`, name: TEXT }
    expect(await world.sample(instance, bot)).toEqual(shown({ ...common, phone_connected: true, user }))
    expect(await world.sample(`curl '/whatsapp/scan?session_id=&access_token='`, bot)).toMatchObject({ status: 200 })
    const text = `curl --location '/whatsapp/scan?session_id=&access_token=&format=base64text'`
    expect(await world.sample(text, bot)).toEqual(refused(400))
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
      expect(await world.sample(line)).toEqual(UPDATED(1))
      expect(await world.sample(line)).toEqual(UPDATED(0))
    }
    const { body } = await world.sample(`curl --location --request GET '/whatsapp'`)
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
    expect(await world.sample(put('updateGeneral', '{"default_msg":"Halo [name]"}'))).toEqual(UPDATED(1))
    expect(await world.sample(put('updateGeneral', '{}'))).toEqual(UPDATED(0))
    expect(await world.sample(put('updateGeneral', '{"bot_timezone":"Mars"}'))).toEqual(
      refused(400, expect.stringMatching(/^bot_timezone is neither/)),
    )
    expect(await world.sample(put('updateActiveHours', '{"from":"25:00"}'))).toEqual(
      refused(400, expect.stringMatching(/^from is neither/)),
    )
    // Nothing is answered by itself in the tests that follow.
    expect(await world.sample(put('updateActions', '{"reply_msgs":false}'))).toEqual(UPDATED(1))
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
"requestConfig": {}
}'`
    const filled = { 'https://eoy4r2ybzzfdw9y.m.pipedream.net': `${world.site.url}/events` }
    const set = { status: 200, body: { status: true, message: TEXT } }
    expect(await world.sample(line, bot, filled)).toMatchObject(set)
    const requestConfig = {
      headers: { 'X-Mine': '1', 'Content-Type': 'application/json' },
      params: { q: 'a b' },
      auth: { username: 'u', password: 'p' },
    }
    const configured = { ...filled, '"requestConfig": {}': `"requestConfig": ${JSON.stringify(requestConfig)}` }
    expect(await world.sample(line, bot, configured)).toMatchObject(set)
    await world.app.control('POST', `/phones/${FRIEND}/messages`, { to: SHOP, text: 'hello bot' })
    const posts = () => world.site.posts.filter(({ path }) => path === '/events?q=a+b')
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
    expect((await world.sample(sent, bot)).status).toBe(200)
    const own = await until('the own message is posted', () => posts().length === 3 && posts()[2]?.body)
    expect(own).toMatchObject({ event: 'onAnyMessage', data: { text: 'mine', from: SHOP, key: { fromMe: true } } })
    await world.sample(`curl -X PUT '/whatsapp/updateActions' --data '{"send_webhook":false}'`)
    expect((await world.sample(sent, bot)).status).toBe(200)
    const { body } = await world.sample(`curl '/whatsapp/instance/?session_id=&access_token='`, bot)
    expect(body).toMatchObject({ data: { instance_data: { webhookUrl: null } } })
    expect(posts()).toHaveLength(3)
  })
})

describe('document 003, several bots', () => {
  test('one must be named then; what is not one’s own is refused', async () => {
    const other = await world.createBot()
    const line = `curl -X PUT '/whatsapp/updateGeneral' --data '{}'`
    expect(await world.sample(line)).toEqual(refused(400))
    expect(
      await world.sample(`curl -X PUT '/whatsapp/updateGeneral?session_id=&access_token=' --data '{}'`, other),
    ).toEqual(UPDATED(0))
    const wrong = { ...other, access_token: bot.access_token }
    expect(await world.sample(`curl '/whatsapp/instance?session_id=&access_token='`, wrong)).toEqual(refused(401))
    expect(await world.sample(`curl '/whatsapp/scan'`, { ...other, session_id: '' })).toEqual(refused(401))

    const logout = `curl --location '/whatsapp/instance/logout/61a7bd6ea34282366c025764?session_id=&access_token='`
    expect(await world.sample(logout)).toEqual(refused(404))
    expect(await world.sample(logout, undefined, { '61a7bd6ea34282366c025764': bot._id })).toMatchObject({
      status: 200,
      body: { status: true, message: TEXT, data: { session_id: bot.session_id, status: 'LOGGED_OUT' } },
    })
    const remove = `curl --location --request DELETE '/whatsapp/61a7bd6ea34282366c025764'`
    expect(await world.sample(remove)).toEqual(refused(404))
    for (const { _id } of [bot, other]) {
      const filled = { '61a7bd6ea34282366c025764': _id }
      expect(await world.sample(remove, undefined, filled)).toMatchObject({ status: 200, body: { status: true } })
    }
    expect(await world.sample(`curl '/whatsapp'`)).toMatchObject({ status: 200, body: { data: [] } })
  })
})
