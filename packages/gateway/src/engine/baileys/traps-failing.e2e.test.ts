import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { proto } from 'baileys'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KurirError } from '../../core/errors.ts'
import { AckTimeout } from '../port.ts'
import { Bench, eventually } from './test/harness.ts'
import { stockEnd, stockLogin, stockPair } from './test/stock.ts'

let bench: Bench

/** The server's answers of one kind do not reach the account until this is called back. */
function withhold(phone: string, kind: 'keys' | 'devices'): () => void {
  const { link } = bench.companion(phone)
  if (!link) throw new Error('nobody is there')
  const send = link.send
  const held: Parameters<typeof send>[0][] = []
  const tag = kind === 'keys' ? 'skey' : 'device-list'
  link.send = (stanza) => {
    if (stanza.tag === 'iq' && JSON.stringify(stanza).includes(`"${tag}"`)) held.push(stanza)
    else send.call(link, stanza)
  }
  return () => {
    link.send = send
    for (const stanza of held) send.call(link, stanza)
  }
}

beforeAll(async () => {
  bench = await Bench.start()
})

afterAll(async () => {
  expect(bench.lab.unknownIqs).toEqual([])
  await bench.close()
})

describe('T7: a request for keys that is not answered', () => {
  test('holds up its own chat only', async () => {
    const { connection, phone } = await bench.account()
    const [bob, carol] = [await bench.contact(), await bench.contact()]
    await connection.send(bench.outbound(carol, 'warm up'))
    const release = withhold(phone, 'keys')
    let isOver = false
    const slow = connection.send(bench.outbound(bob, 'slow')).finally(() => {
      isOver = true
    })
    expect(await connection.send(bench.outbound(carol, 'quick'))).toMatchObject({ kind: 'acked' })
    expect(isOver).toBe(false)
    release()
    expect(await slow).toMatchObject({ kind: 'acked' })
  })
})

describe('a question of devices that is not answered', () => {
  test('is no answer: the message goes out when the server says to whom', async () => {
    const { phone, session, connection: usual } = await bench.account()
    const bob = await bench.contact()
    await usual.close()
    const { connection } = await bench.login(session, bench.newEngine({ timeouts: { query: 500 } }))
    const release = withhold(phone, 'devices')
    const message = bench.outbound(bob, 'hello')
    await expect(connection.send(message)).rejects.toBeInstanceOf(AckTimeout)
    expect(bench.wire.of(phone, 'message', { id: message.waId })).toEqual([])
    release()
    expect(await connection.send(message)).toMatchObject({ kind: 'acked' })
    const shown = await eventually(async () => (await bench.control.inbox(bob))[0])
    expect(shown).toMatchObject({ id: message.waId, copies: 1 })
  })

  test('does not cost somebody the answer who asks for a message again', async () => {
    const { phone, session, connection: usual } = await bench.account()
    const bob = await bench.contact()
    await usual.send(bench.outbound(bob, 'warm up'))
    await usual.close()
    const timeouts = { query: 500, ack: 1_000 }
    const { connection } = await bench.login(session, bench.newEngine({ timeouts }))
    await bench.control.fault('retry-receipt', { session: phone, count: 1 })
    await bench.control.call('POST', `/phones/${bob}/offline`)
    const message = bench.outbound(bob, 'hello')
    expect(await connection.send(message)).toMatchObject({ kind: 'acked' })
    const releases = [withhold(phone, 'devices'), withhold(phone, 'keys')]
    await bench.control.call('POST', `/phones/${bob}/online`)
    await eventually(() => bench.wire.of(phone, 'ack', { class: 'receipt', id: message.waId }).length > 0)
    for (const release of releases.reverse()) release()
    const shown = await eventually(async () => (await bench.control.inbox(bob))[1])
    expect(shown).toMatchObject({ id: message.waId, text: 'hello', undecryptable: 1 })
  })
})

describe('T14: a group, whose sender key Baileys gives to its own device too', () => {
  test('is written to, and everybody reads it', async () => {
    const { connection, phone } = await bench.account()
    const bob = await bench.contact()
    const group = await bench.group('Friends', bob, [phone])
    const message = bench.outbound(group, 'hello all')
    expect(await connection.send(message)).toMatchObject({ kind: 'acked' })
    const shown = await eventually(async () => (await bench.control.inbox(bob))[0])
    expect(shown).toMatchObject({ id: message.waId, undecryptable: 0 })
    expect(await connection.send(bench.outbound(group, 'again'))).toMatchObject({ kind: 'acked' })
  })
})

describe('T15: the first message to a big group', () => {
  test('leaves time for the other sessions of the process between the copies', async () => {
    const [{ connection, phone, session }, other] = [await bench.account(), await bench.account()]
    const members = Array.from({ length: 100 }, () => bench.newNumber())
    for (const member of members) await bench.control.phone(member)
    const group = await bench.group('Many', phone, members)
    const message = bench.outbound(group, 'hello all')
    const isWritten = () => bench.wire.of(phone, 'message', { id: message.waId }).length > 0
    const sessions = () => [...bench.auth.of(session).keys.keys()].filter((key) => key.startsWith('session/')).length
    const before = sessions()
    const sending = connection.send(message)
    // From the first Signal session with a member to the stanza nothing waits for the network.
    await eventually(() => sessions() > before)
    let answers = 0
    while (!isWritten()) {
      await other.connection.ping(5_000)
      if (!isWritten()) answers += 1
    }
    expect(await sending).toMatchObject({ kind: 'acked' })
    expect(answers).toBeGreaterThanOrEqual(5)
    const [first, last] = [members[0], members.at(-1)]
    for (const member of [first, last]) {
      const shown = await eventually(async () => (await bench.control.inbox(member ?? ''))[0])
      expect(shown).toMatchObject({ id: message.waId, undecryptable: 0 })
    }
  })
})

describe('T17: a store that fails while a message is sent', () => {
  test('nothing is written to the line before the ratchet is stored, and the send goes on when it is', async () => {
    const { connection, phone } = await bench.account()
    const bob = await bench.contact()
    await connection.send(bench.outbound(bob, 'warm up'))
    const message = bench.outbound(bob, 'hello')
    let failures = 0
    bench.auth.onCommit = ({ keys }) => {
      if (!keys.some(({ type }) => type === 'session') || failures === 2) return
      failures += 1
      expect(bench.wire.of(phone, 'message', { id: message.waId })).toEqual([])
      throw new KurirError('unavailable')
    }
    expect(await connection.send(message)).toMatchObject({ kind: 'acked' })
    bench.auth.onCommit = () => {}
    expect(failures).toBe(2)
    expect(bench.wire.of(phone, 'message', { id: message.waId })).toHaveLength(1)
  })

  test('what is stored after the ack is stored when that is possible, and the message counts as acknowledged', async () => {
    const { connection, phone } = await bench.account()
    const group = await bench.group('Friends', await bench.contact(), [phone])
    const message = bench.outbound(group, 'hello all')
    let failures = 0
    bench.auth.onCommit = ({ keys }) => {
      if (!keys.some(({ type }) => type === 'sender-key-memory') || failures === 2) return
      failures += 1
      throw new KurirError('unavailable')
    }
    expect(await connection.send(message)).toMatchObject({ kind: 'acked' })
    bench.auth.onCommit = () => {}
    expect(failures).toBe(2)
    expect(bench.wire.of(phone, 'message', { id: message.waId })).toHaveLength(1)
  })

  test('for good: the send fails and nobody has seen the message; a stock Baileys rejects what was delivered', async () => {
    const { connection, phone } = await bench.account()
    const bob = await bench.contact()
    await connection.send(bench.outbound(bob, 'warm up'))
    const message = bench.outbound(bob, 'never')
    bench.auth.onCommit = ({ keys }) => {
      if (keys.some(({ type }) => type === 'session')) throw new Error('the disk is broken')
    }
    expect(await connection.send(message)).toMatchObject({ kind: 'refused', code: 'not_encryptable' })
    bench.auth.onCommit = () => {}
    expect(bench.wire.of(phone, 'message', { id: message.waId })).toEqual([])

    const other = bench.newNumber()
    const auth = await stockPair(bench, other)
    const settings = { transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 10 } }
    const sock = await stockLogin(bench, auth, settings)
    await sock.sendMessage(`${bob}@s.whatsapp.net`, { text: 'warm up' })
    const { keys } = auth
    const set = keys.set
    keys.set = async () => {
      throw new Error('the disk is broken')
    }
    const sent = sock.sendMessage(`${bob}@s.whatsapp.net`, { text: 'rejected' }, { messageId: '3EB0DELIVERED' })
    await expect(sent).rejects.toThrow('the disk is broken')
    await eventually(() => bench.wire.of(other, 'message', { id: '3EB0DELIVERED' })[0])
    keys.set = set
    await stockEnd(sock)
  })
})

describe('T23: credentials in files without fsync', () => {
  test('are used nowhere: the store has them', () => {
    const root = fileURLToPath(new URL('../..', import.meta.url))
    const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
    expect(names.length).toBeGreaterThan(100)
    const users = names.filter((name) =>
      /useMultiFile\w+\s*\(|import\s*\{[^}]*useMultiFile/.test(readFileSync(join(root, name), 'utf8')),
    )
    expect(users.filter((name) => !name.endsWith('.test.ts'))).toEqual([])
  })
})

describe('T28: what Baileys does not wait for or check', () => {
  test('a logout is over when the server has removed the device', async () => {
    const { connection, phone } = await bench.account()
    await bench.control.fault('slow', { session: phone, ms: 200 })
    await connection.logout()
    await bench.control.call('DELETE', '/faults')
    expect(bench.lab.world.phone(phone).companions.size).toBe(0)
  })
})

describe('T28: a contact whose keys somebody put in', () => {
  test('is not written to: its signed prekey is not signed by its identity', async () => {
    const { connection, phone } = await bench.account()
    const bob = await bench.contact()
    const { device } = bench.lab.world.phone(bob)
    const bundle = device.bundle.bind(device)
    device.bundle = () => {
      const good = bundle()
      return { ...good, signedPreKey: { ...good.signedPreKey, signature: Buffer.alloc(64, 7) } }
    }
    const message = bench.outbound(bob, 'for Bob only')
    expect(await connection.send(message)).toMatchObject({ kind: 'refused', code: 'not_encryptable' })
    expect(bench.wire.of(phone, 'message', { id: message.waId })).toEqual([])
    device.bundle = bundle
    expect(await connection.send(message)).toMatchObject({ kind: 'acked' })
  })
})

describe('forged messages between devices', () => {
  test('of somebody else change nothing and are no messages', async () => {
    const { connection, sink, session, phone } = await bench.account()
    const bob = await bench.contact()
    const { content } = bench.lab.world
    const compose = content.compose
    const before = JSON.parse(bench.auth.of(session).creds ?? '{}')
    const { Type } = proto.Message.ProtocolMessage
    const forged: proto.Message.IProtocolMessage[] = [
      {
        type: Type.APP_STATE_SYNC_KEY_SHARE,
        appStateSyncKeyShare: { keys: [{ keyId: { keyId: Buffer.from('evil') } }] },
      },
      { type: Type.HISTORY_SYNC_NOTIFICATION, historySyncNotification: { directPath: '/x', syncType: 0 } },
      { type: Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE, peerDataOperationRequestResponseMessage: {} },
      { type: Type.LID_MIGRATION_MAPPING_SYNC, lidMigrationMappingSyncMessage: {} },
    ]
    for (const protocolMessage of forged) {
      content.compose = async () => ({ message: { protocolMessage }, type: 'text' })
      await bench.control.text(bob, phone, 'forged')
    }
    content.compose = compose
    const id = await bench.control.text(bob, phone, 'real')
    await eventually(() => sink.messages.find(({ waId }) => waId === id))
    expect(sink.messages).toHaveLength(1)
    expect(sink.undecryptable).toEqual([])
    await connection.close()
    const { creds } = bench.auth.of(session)
    expect(JSON.parse(creds ?? '{}').myAppStateKeyId).toEqual(before.myAppStateKeyId)
    const stored = [...bench.auth.of(session).keys.keys()]
    expect(stored.filter((key) => key.startsWith('app-state-sync-key/'))).toEqual([])
  })
})
