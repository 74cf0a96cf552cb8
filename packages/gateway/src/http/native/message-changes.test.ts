import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { WaMessageId } from '../../core/ids.ts'
import { type Jid, phoneJid } from '../../core/jid.ts'
import type { IncomingContent } from '../../core/message.ts'
import { OWN } from '../../messages/test/rig.ts'
import { Shop } from '../test/shop.ts'

const GROUP = '120363000000000001@g.us'

let shop: Shop
const picture = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#3a6' } })
  .png()
  .toBuffer()

beforeAll(async () => {
  shop = await Shop.open()
})
afterAll(() => shop.close())

describe('about another message', () => {
  const asked = { type: 'text', text: 'Berapa?' } as const
  const author = '6281300000202@s.whatsapp.net' as Jid

  test('a reaction, by id or by what WhatsApp knows it by', async () => {
    const question = await shop.received(asked, { chat: GROUP as Jid, participant: author })
    const byId = await shop.sent({ type: 'reaction', to: undefined, target: question.id, emoji: '👍' })
    const target = { waId: question.wa_id, fromMe: false, participant: author }
    expect(byId.content).toEqual({ type: 'reaction', target, emoji: '👍' })
    expect(byId.body).toMatchObject({
      chat: GROUP,
      emoji: '👍',
      target: { wa_id: question.wa_id, from_me: false, participant: '6281300000202' },
    })
    const known = { wa_id: 'ABC', from_me: true }
    const byName = await shop.sent({ type: 'reaction', target: known, emoji: '' })
    expect(byName.content).toEqual({ type: 'reaction', target: { waId: 'ABC', fromMe: true }, emoji: '' })
    expect(byName.body).toMatchObject({ emoji: '', target: known })
    expect((await shop.send({ type: 'reaction', to: undefined, target: known, emoji: '' })).body.detail).toBe(
      '/to is missing',
    )
    expect((await shop.send({ type: 'reaction', target: 'msg_nothing', emoji: '' })).body.code).toBe(
      'message_not_found',
    )
    expect((await shop.send({ type: 'reaction', target: 'ABC', emoji: '' })).status).toBe(400)
  })

  test('an answer carries the words and the author of what it answers', async () => {
    const question = await shop.received(asked)
    const answer = await shop.sent({ type: 'location', latitude: 1, longitude: 2, reply_to: question.id })
    expect(answer.quote).toEqual({ waId: question.wa_id, text: 'Berapa?' })
    const again = await shop.sent({ type: 'text', text: 'halo', reply_to: answer.body.id })
    expect(again.quote).toEqual({ waId: answer.body.wa_id, participant: phoneJid(OWN.phone) })
    const inGroup = await shop.sent({ type: 'text', text: 'halo', to: GROUP })
    const own = await shop.sent({ type: 'text', text: 'juga', to: GROUP, reply_to: inGroup.body.id })
    expect(own.quote).toEqual({ waId: inGroup.body.wa_id, participant: OWN.lid, text: 'halo' })
  })

  test('an edit', async () => {
    const first = await shop.sent({ type: 'text', text: 'besk' })
    const path = `/v1/messages/${first.body.id}?wait=5000`
    const edit = await shop.rig.call('PATCH', path, { body: { text: 'besok', mentions: ['081300000203'] } })
    expect(edit).toMatchObject({
      status: 200,
      body: {
        type: 'edit',
        text: 'besok',
        mentions: ['6281300000203'],
        target: { wa_id: first.body.wa_id, from_me: true },
      },
    })
    expect(shop.given(edit.body.wa_id).content).toMatchObject({ type: 'edit', text: 'besok' })
    const theirs = await shop.received(asked)
    expect((await shop.rig.call('PATCH', `/v1/messages/${theirs.id}`, { body: { text: 'x' } })).status).toBe(400)
    expect((await shop.rig.call('PATCH', '/v1/messages/msg_nothing', { body: { text: 'x' } })).status).toBe(404)
    expect((await shop.rig.call('PATCH', path, { body: { text: '' } })).status).toBe(400)
    const readOnly = await shop.rig.key(['read'])
    expect((await shop.rig.call('PATCH', path, { key: readOnly, body: { text: 'x' } })).status).toBe(403)
  })

  test('a revoke', async () => {
    const first = await shop.sent({ type: 'poll', question: 'When?', options: ['a', 'b'] })
    const revoke = await shop.rig.call('DELETE', `/v1/messages/${first.body.id}?wait=5000`)
    expect(revoke).toMatchObject({ status: 200, body: { type: 'revoke', target: { wa_id: first.body.wa_id } } })
    const theirs = await shop.received(asked, { chat: GROUP as Jid, participant: author })
    const removed = await shop.rig.call('DELETE', `/v1/messages/${theirs.id}?wait=5000`)
    expect(shop.given(removed.body.wa_id).content).toEqual({
      type: 'revoke',
      target: { waId: theirs.wa_id, fromMe: false, participant: author },
    })
    const alone = await shop.received(asked)
    expect((await shop.rig.call('DELETE', `/v1/messages/${alone.id}`)).status).toBe(400)
    await shop.rig.rig.unpaired('bound')
    const key = await shop.rig.key(['send'], { session: 'bound' })
    expect((await shop.rig.call('DELETE', `/v1/messages/${first.body.id}`, { key })).status).toBe(404)
  })

  test('a forward', async () => {
    const text = await shop.received({ type: 'text', text: 'kabar', mentions: [author] })
    const answer = await shop.send({ type: 'forward', message: text.id })
    expect(answer).toMatchObject({ status: 200, body: { type: 'text', text: 'kabar', forwarded: true } })
    expect(shop.given(answer.body.wa_id).content).toEqual({ type: 'text', text: 'kabar', forwarded: true })
    const image = await shop.sent({ type: 'image', media: { base64: picture.toString('base64') }, caption: 'lihat' })
    const passed = await shop.send({ type: 'forward', message: image.body.id })
    expect(passed.body).toMatchObject({
      type: 'image',
      caption: 'lihat',
      forwarded: true,
      media: image.body.media as object,
    })
    const poll = await shop.sent({ type: 'poll', question: 'When?', options: ['a', 'b'] })
    expect((await shop.send({ type: 'forward', message: poll.body.id })).body.detail).toContain('poll')
    expect((await shop.send({ type: 'forward', message: 'msg_nothing' })).status).toBe(404)
  })

  test('what comes in is shown with its target and has an event of its own', async () => {
    const target = { waId: 'OURS' as WaMessageId, fromMe: true }
    const shown = { wa_id: 'OURS', from_me: true }
    const contents = [
      [{ type: 'reaction', target, emoji: '🙏' }, 'message.reaction', { emoji: '🙏' }],
      [{ type: 'edit', target, text: 'baru' }, 'message.edited', { text: 'baru' }],
      [{ type: 'revoke', target }, 'message.revoked', {}],
      [{ type: 'pollVote', target, options: ['a'] }, 'message.received', { votes: ['a'] }],
    ] as const
    for (const [content, type, fields] of contents) {
      const message = await shop.received(content as IncomingContent)
      const whole = { ...fields, type: content.type, target: shown }
      expect(message).toMatchObject(whole)
      const { body } = await shop.rig.call('GET', `/v1/events?session=shop&types=${type}`)
      const told = (body.data as { data: { wa_id: string } }[]).find(({ data }) => data.wa_id === message.wa_id)
      expect(told?.data).toMatchObject(whole)
    }
  })
})
