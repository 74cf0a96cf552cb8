import { initAuthCreds, proto, type SignalDataTypeMap } from 'baileys'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../core/clock.ts'
import { KurirError } from '../../core/errors.ts'
import { newId } from '../../core/ids.ts'
import { decodeCreds, encodeCreds, identityOf, isPairedCreds } from './auth-state.ts'
import { decodeKey, encodeKey, type KeyType } from './key-codec.ts'
import { SignalKeys } from './signal-keys.ts'
import { MemoryAuth } from './test/memory-auth.ts'

const account = { details: Buffer.from('details'), accountSignature: Buffer.from('signature') }

describe('credentials', () => {
  test('come back as they were', () => {
    const me = { id: '15550000001:3@s.whatsapp.net', lid: '100000001:3@lid', name: 'Alice' }
    const creds = { ...initAuthCreds(), me, account, routingInfo: Buffer.from([8, 2]) }
    const back = decodeCreds(encodeCreds(creds))
    expect(back).toEqual(creds)
    expect(Buffer.isBuffer(back.noiseKey.private)).toBe(true)
    expect(isPairedCreds(back)).toBe(true)
    expect(identityOf(back)).toEqual({ phone: '15550000001', lid: '100000001@lid', pushName: 'Alice' })
  })

  test('T27: keep nothing of a pairing code until a phone has agreed', () => {
    const me = { id: '15550000001@s.whatsapp.net', name: '~' }
    const waiting = { ...initAuthCreds(), me, pairingCode: 'ABCD2345', registered: true }
    const json = encodeCreds(waiting)
    expect(json).not.toContain('15550000001')
    expect(json).not.toContain('ABCD2345')
    const back = decodeCreds(json)
    expect(back).toMatchObject({ registered: false, noiseKey: waiting.noiseKey })
    expect(isPairedCreds(back)).toBe(false)
    expect(identityOf(back)).toBeUndefined()
  })
})

describe('keys', () => {
  test.each<[KeyType, SignalDataTypeMap[KeyType]]>([
    ['pre-key', { public: Buffer.from('public'), private: Buffer.from('private') }],
    ['session', { _sessions: {}, version: 'v1' } as unknown as Uint8Array],
    ['sender-key', Buffer.from('[{"senderKeyId":1}]')],
    ['sender-key-memory', { '1@lid': true }],
    ['lid-mapping', '100000001'],
    ['device-list', ['0', '3']],
    ['tctoken', { token: Buffer.from('token'), timestamp: '7', senderTimestamp: 8 }],
    ['identity-key', Buffer.from('identity')],
    ['app-state-sync-version', { version: 1, hash: Buffer.alloc(128), indexValueMap: {} }],
  ])('of type %s come back as they were', (type, value) => {
    expect(decodeKey(type, encodeKey(type, value))).toEqual(value)
  })

  test('of app state synchronisation come back as protobuf', () => {
    const key = proto.Message.AppStateSyncKeyData.fromObject({ keyData: Buffer.from('data'), timestamp: 7 })
    const back = decodeKey('app-state-sync-key', encodeKey('app-state-sync-key', key))
    expect(back).toBeInstanceOf(proto.Message.AppStateSyncKeyData)
    expect(Buffer.from(back.keyData ?? []).toString()).toBe('data')
  })
})

describe('who has a group’s sender key', () => {
  const group = '123@g.us'
  const memory = { 'sender-key-memory': { [group]: { '1@lid': true } } }
  const onDisk = (auth: MemoryAuth, session: ReturnType<typeof newSession>) =>
    auth.of(session).keys.has(`sender-key-memory/${group}`)

  function newSession() {
    return newId('ses')
  }

  test('is on disk once the server has the message that carried it, and not before', async () => {
    const [auth, session] = [new MemoryAuth(), newSession()]
    const keys = new SignalKeys(auth, session, systemClock)
    await keys.set(memory)
    expect(onDisk(auth, session)).toBe(false)
    expect(await keys.get('sender-key-memory', [group])).toEqual({ [group]: { '1@lid': true } })
    await keys.settleDistribution(group, true)
    expect(onDisk(auth, session)).toBe(true)
  })

  test('is forgotten with a message that was lost', async () => {
    const [auth, session] = [new MemoryAuth(), newSession()]
    const keys = new SignalKeys(auth, session, systemClock)
    await keys.set(memory)
    await keys.settleDistribution(group, false)
    expect(await keys.get('sender-key-memory', [group])).toEqual({})
  })

  test('is forgotten where Baileys says so', async () => {
    const [auth, session] = [new MemoryAuth(), newSession()]
    const keys = new SignalKeys(auth, session, systemClock)
    await keys.set(memory)
    await keys.settleDistribution(group, true)
    await keys.set({ 'sender-key-memory': { [group]: null } } as unknown as typeof memory)
    expect(onDisk(auth, session)).toBe(false)
    expect(await keys.get('sender-key-memory', [group])).toEqual({})
  })
})

describe('a forgotten session', () => {
  test('takes no late writes', async () => {
    const [auth, session] = [new MemoryAuth(), newId('ses')]
    const keys = new SignalKeys(auth, session, systemClock)
    keys.retire()
    await expect(keys.set({ 'lid-mapping': { '1': '2' } })).rejects.toThrow('forgotten')
  })
})

describe('a store that takes nothing now', () => {
  class FailingAuth extends MemoryAuth {
    failures = 0

    override async commit(...call: Parameters<MemoryAuth['commit']>): Promise<void> {
      this.failures -= 1
      if (this.failures >= 0) throw new KurirError('unavailable')
      await super.commit(...call)
    }
  }

  const mapping = { 'lid-mapping': { '1': '2' } }

  test('is waited for while the connection stands', async () => {
    const keys = new SignalKeys(Object.assign(new FailingAuth(), { failures: 1 }), newId('ses'), systemClock)
    keys.waitWhile(new AbortController().signal)
    await keys.set(mapping)
    expect(await keys.get('lid-mapping', ['1'])).toEqual({ '1': '2' })
  })

  test('fails what waits when the connection ends', async () => {
    const keys = new SignalKeys(Object.assign(new FailingAuth(), { failures: 1000 }), newId('ses'), systemClock)
    const life = new AbortController()
    keys.waitWhile(life.signal)
    const late = keys.set(mapping)
    life.abort()
    await expect(late).rejects.toMatchObject({ code: 'unavailable' })
  })
})
