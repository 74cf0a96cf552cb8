import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Jid } from '../../core/jid.ts'
import type { RemoteMedia } from '../../core/media.ts'
import type { OutgoingContent } from '../../core/message.ts'
import { DownloadFailed, type InboundMessage } from '../port.ts'
import { Bench, eventually } from './test/harness.ts'
import { outbound, sha256, shownRow, someBytes } from './test/kinds.ts'

const ALICE = '15555000001'
const BOB = '15555000002'
const CAROL = '15555000003'

let bench: Bench
let alice: Awaited<ReturnType<Bench['pair']>>
let group: Jid

beforeAll(async () => {
  bench = await Bench.start()
  await bench.control.phone(BOB, { name: 'Bob' })
  await bench.control.phone(CAROL, { name: 'Carol' })
  alice = await bench.pair(ALICE, { name: 'Alice' })
  group = await bench.group('Family', BOB, [ALICE, CAROL])
})

afterAll(async () => {
  expect(bench.lab.unknownIqs).toEqual([])
  await bench.close()
})

/** What the engine hands over of a message that a phone sends. */
async function receive(content: object, { from = BOB, to = ALICE } = {}): Promise<InboundMessage> {
  const { id } = await bench.control.call<{ id: string }>('POST', `/phones/${from}/messages`, { to, ...content })
  return eventually(() => alice.sink.messages.find(({ waId }) => waId === id))
}

async function content(request: object, options: { from?: string; to?: string } = {}) {
  return (await receive(request, options)).content
}

async function send(outgoing: OutgoingContent, to = BOB): Promise<string> {
  const message = await outbound(bench, alice.connection, to, outgoing)
  await alice.connection.send(message)
  await shownRow(bench, BOB, message.waId)
  return message.waId
}

function lidOf(phone: string): Jid {
  return `${bench.lab.world.phone(phone).lid}@lid` as Jid
}

describe('a text', () => {
  test('that answers, names and was forwarded', async () => {
    const asked = await send({ type: 'text', text: 'How many?' }, group)
    const message = await receive({ text: 'three', quote: asked, mentions: [CAROL], forwarded: true }, { to: group })
    expect(message.content).toEqual({ type: 'text', text: 'three', mentions: [lidOf(CAROL)], forwarded: true })
    expect(message.quote).toEqual({ waId: asked, participant: lidOf(ALICE) })
  })
})

describe('a file', () => {
  const base64 = (bytes: Buffer) => bytes.toString('base64')
  const kinds = [
    ['image', { mimetype: 'image/jpeg', caption: 'look' }, { caption: 'look' }],
    ['video', { mimetype: 'video/mp4', caption: 'watch', seconds: 4 }, { caption: 'watch', seconds: 4 }],
    ['video', { mimetype: 'video/mp4', gif: true }, { gif: true }],
    ['video', { mimetype: 'video/mp4', note: true }, { note: true }],
    ['audio', { mimetype: 'audio/mpeg', seconds: 180 }, { seconds: 180 }],
    ['voice', { mimetype: 'audio/ogg; codecs=opus', seconds: 3 }, { seconds: 3 }],
    ['document', { mimetype: 'application/pdf', fileName: 'a.pdf', caption: 'read' }, { caption: 'read' }],
    ['sticker', { mimetype: 'image/webp' }, {}],
  ] as const

  test.each(kinds)('%s %j', async (type, media, said) => {
    const bytes = someBytes()
    const message = await receive({ [type]: { base64: base64(bytes), ...media } })
    const fileName = 'fileName' in media ? media.fileName : null
    expect(message.content).toEqual({
      type,
      media: {
        id: expect.stringMatching(/^med_[0-9A-Z]{26}$/),
        mimetype: media.mimetype,
        size: bytes.length,
        fileName,
        sha256: sha256(bytes),
      },
      ...said,
    })
    expect(message.remote).toEqual({
      kind: type,
      mimetype: media.mimetype,
      size: bytes.length,
      fileName,
      url: expect.stringMatching(/^https:/),
      directPath: expect.stringMatching(/^\//),
      mediaKey: expect.stringMatching(/^.{44}$/),
      fileSha256: Buffer.from(sha256(bytes), 'hex').toString('base64'),
      fileEncSha256: expect.stringMatching(/^.{44}$/),
    })
    expect(JSON.stringify(message.content)).not.toContain(message.remote?.mediaKey)
    const read = await buffer(await bench.engine.download(message.remote as RemoteMedia))
    expect(read.equals(bytes)).toBe(true)
  })

  test.each(['image', 'video', 'voice'] as const)('%s that can be opened once, forwarded, vanishing', async (type) => {
    const media = { base64: base64(someBytes(40)) }
    expect(await content({ [type]: media, viewOnce: true })).toMatchObject({ type, viewOnce: true })
    expect(await content({ [type]: media, forwarded: true, ephemeral: 86_400 })).toMatchObject({
      type,
      forwarded: true,
    })
  })

  test('a text message has none', async () => {
    expect(await receive({ text: 'nothing' })).not.toHaveProperty('remote')
  })
})

describe('a download', () => {
  async function remoteOf(bytes = someBytes()): Promise<RemoteMedia> {
    const { remote } = await receive({ image: { base64: bytes.toString('base64') } })
    if (!remote) throw new Error('the message has no file')
    return remote
  }

  async function problem(remote: RemoteMedia): Promise<string> {
    try {
      await buffer(await bench.engine.download(remote))
    } catch (error) {
      if (error instanceof DownloadFailed) return error.problem
      throw error
    }
    return 'none'
  }

  const flipped = (text: string | null) => {
    const bytes = Buffer.from(text ?? '', 'base64')
    bytes[0] = (bytes[0] ?? 0) ^ 1
    return bytes.toString('base64')
  }

  test('of a file that the server has no more', async () => {
    const remote = await remoteOf()
    const nowhere = `/v/t62.7118-24/${createHash('sha256').update('no').digest('base64url')}?ccb=11-4`
    expect(await problem({ ...remote, directPath: nowhere })).toBe('gone')
  })

  test('of a file that is not what its message says', async () => {
    const remote = await remoteOf()
    expect(await problem(remote)).toBe('none')
    expect(await problem({ ...remote, mediaKey: flipped(remote.mediaKey) })).toBe('corrupt')
    expect(await problem({ ...remote, fileSha256: flipped(remote.fileSha256) })).toBe('corrupt')
    expect(await problem({ ...remote, fileEncSha256: flipped(remote.fileEncSha256) })).toBe('corrupt')
    expect(await problem({ ...remote, kind: 'video' })).toBe('corrupt')
    expect(await problem({ ...remote, fileSha256: null, fileEncSha256: null })).toBe('none')
  })

  test('while the server cannot be had', async () => {
    const remote = await remoteOf()
    await bench.control.fault('media-error', { code: 503 })
    expect(await problem(remote)).toBe('unreachable')
    await bench.control.call('DELETE', '/faults')
    const port = new URL(remote.url ?? '').port
    expect(await problem({ ...remote, url: (remote.url ?? '').replace(port, '9') })).toBe('unreachable')
  })

  test.each(['//127.0.0.1:1/x', '@127.0.0.1/x', 'x', '', '/\\127.0.0.1:1/x'])(
    'never leaves the media server, whatever path a message names: %s',
    async (directPath) => {
      expect(await problem({ ...(await remoteOf()), directPath })).toBe('corrupt')
    },
  )
})

describe('a place', () => {
  test('with its name, and one that moves', async () => {
    const place = { latitude: -6.25, longitude: 106.75 }
    const named = { ...place, name: 'Monas', address: 'Gambir' }
    expect(await content({ location: named })).toEqual({ type: 'location', ...named })
    expect(await content({ location: { ...place, live: true } })).toMatchObject({
      ...place,
      type: 'location',
      live: true,
    })
  })
})

describe('contacts', () => {
  test('one, and several', async () => {
    const budi = { name: 'Budi', phone: '6281300000001' }
    const ani = { name: 'Ani', phone: '6281300000002' }
    const read = { name: 'Budi', phones: [{ number: '6281300000001', type: 'CELL' }], vcard: expect.any(String) }
    expect(await content({ contact: budi })).toEqual({ type: 'contacts', contacts: [read] })
    expect(await content({ contacts: [budi, ani] })).toMatchObject({ contacts: [read, { name: 'Ani' }] })
  })
})

describe('polls', () => {
  test('a poll', async () => {
    const poll = { question: 'When?', options: ['Monday', 'Friday'], selectable: 1 }
    expect(await content({ poll })).toEqual({ type: 'poll', ...poll })
  })

  test('votes in a poll of ours are read, also in a group, and their taking back', async () => {
    for (const to of [BOB, group]) {
      const id = await send({ type: 'poll', question: 'Which?', options: ['a', 'b', 'c'], selectable: 0 }, to)
      const where = { to: to === BOB ? ALICE : group }
      const target = { waId: id, fromMe: true }
      expect(await content({ vote: { id, options: ['c', 'a'] } }, where)).toEqual({
        type: 'pollVote',
        target,
        options: ['c', 'a'],
      })
      expect(await content({ vote: { id, options: [] } }, where)).toEqual({ type: 'pollVote', target, options: [] })
    }
  })

  test('a vote in the poll of somebody else tells of the poll only', async () => {
    const poll = { question: 'When?', options: ['Monday', 'Friday'] }
    const { waId } = await receive({ poll }, { from: CAROL, to: group })
    expect(await content({ vote: { id: waId, options: ['Friday'] } }, { to: group })).toEqual({
      type: 'pollVote',
      target: { waId, fromMe: false, participant: lidOf(CAROL) },
    })
  })
})

describe('about another message', () => {
  test('a reaction to one of ours, and to an own one', async () => {
    const ours = await send({ type: 'text', text: 'done' })
    expect(await content({ reaction: { id: ours, emoji: '🙏' } })).toEqual({
      type: 'reaction',
      target: { waId: ours, fromMe: true },
      emoji: '🙏',
    })
    const { waId } = await receive({ text: 'mine' })
    expect(await content({ reaction: { id: waId, emoji: '' } })).toEqual({
      type: 'reaction',
      target: { waId, fromMe: false },
      emoji: '',
    })
  })

  test('in a group, the author of the other message is told', async () => {
    const { waId } = await receive({ text: 'who comes?' }, { from: CAROL, to: group })
    expect(await content({ reaction: { id: waId, emoji: '🎉' } }, { to: group })).toEqual({
      type: 'reaction',
      target: { waId, fromMe: false, participant: lidOf(CAROL) },
      emoji: '🎉',
    })
    const ours = await send({ type: 'text', text: 'I do' }, group)
    expect(await content({ reaction: { id: ours, emoji: '🎉' } }, { to: group })).toMatchObject({
      target: { waId: ours, fromMe: true },
    })
  })

  test('an edit of a text and of a caption', async () => {
    const { waId } = await receive({ text: 'tomorow' })
    expect(await content({ edit: { id: waId, text: 'tomorrow' } })).toEqual({
      type: 'edit',
      target: { waId, fromMe: false },
      text: 'tomorrow',
    })
    const image = await receive({ image: { base64: 'AAAA', caption: 'lok' } })
    expect(await content({ edit: { id: image.waId, text: 'look' } })).toMatchObject({ type: 'edit', text: 'look' })
  })

  test('a revoke, of an own message or by an admin', async () => {
    const { waId } = await receive({ text: 'oops' })
    expect(await content({ revoke: { id: waId } })).toEqual({ type: 'revoke', target: { waId, fromMe: false } })
    const spam = await receive({ text: 'buy' }, { from: CAROL, to: group })
    expect(await content({ revoke: { id: spam.waId } }, { to: group })).toEqual({
      type: 'revoke',
      target: { waId: spam.waId, fromMe: false, participant: lidOf(CAROL) },
    })
  })

  test('from this account’s own phone, what it calls its own is ours', async () => {
    const id = await send({ type: 'text', text: 'from the gateway' })
    const reaction = await receive({ reaction: { id, emoji: '✅', fromMe: true } }, { from: ALICE, to: BOB })
    expect(reaction).toMatchObject({ fromMe: true, content: { target: { waId: id, fromMe: true } } })
  })
})

describe('replies', () => {
  test('to buttons and lists', async () => {
    expect(await content({ buttonReply: { id: 'yes', text: 'Yes' } })).toEqual({
      type: 'buttonReply',
      id: 'yes',
      title: 'Yes',
    })
    expect(await content({ buttonReply: { id: 'no', text: 'No', index: 1 } })).toMatchObject({ id: 'no' })
    expect(await content({ listReply: { id: 'tea', title: 'Tea' } })).toEqual({
      type: 'listReply',
      id: 'tea',
      title: 'Tea',
    })
  })
})
