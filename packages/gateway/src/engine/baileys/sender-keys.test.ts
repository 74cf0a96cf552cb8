import { BufferJSON } from 'baileys'
import {
  GroupCipher,
  GroupSessionBuilder,
  SenderKeyDistributionMessage,
  SenderKeyMessage,
  SenderKeyName,
  SenderKeyRecord,
} from 'baileys/lib/Signal/Group/index.js'
import { expect, test } from 'vitest'
import { systemClock } from '../../core/clock.ts'
import type { SessionUid } from '../../core/ids.ts'
import { encryptForGroup, parseSenderKey, senderKeyStorage, serializeSenderKey } from './sender-keys.ts'
import { SignalKeys } from './signal-keys.ts'
import { SignalUnit } from './signal-unit.ts'
import { MemoryAuth } from './test/memory-auth.ts'

const NAME = new SenderKeyName('120363000000000001@g.us', { id: '6281311110001', deviceId: 0, toString: () => 'a.0' })

/** One device: what it wrote is what it reads next. */
function device() {
  const keys = new SignalKeys(new MemoryAuth(), 'ses_1' as SessionUid, systemClock)
  return async <T>(work: (unit: SignalUnit) => Promise<T>): Promise<T> => {
    const unit = new SignalUnit(keys)
    const result = await work(unit)
    await keys.set(unit.writes)
    return result
  }
}

type Device = ReturnType<typeof device>

const recordOf = (own: Device) => own((unit) => senderKeyStorage(unit).loadSenderKey(NAME))
const keptBy = async (own: Device) => (await recordOf(own)).getSenderKeyState()?.getStructure().senderMessageKeys.length
const send = (own: Device, text: string) => own((unit) => encryptForGroup(unit, NAME, Buffer.from(text)))
const stockSend = (own: Device, text: string) =>
  own((unit) => new GroupCipher(senderKeyStorage(unit), NAME).encrypt(Buffer.from(text)))

async function read(other: Device, ciphertext: Uint8Array): Promise<string> {
  const bytes = await other((unit) => new GroupCipher(senderKeyStorage(unit), NAME).decrypt(ciphertext))
  return Buffer.from(bytes).toString()
}

function meet(other: Device, bytes: Uint8Array): Promise<void> {
  const message = new SenderKeyDistributionMessage(null, null, null, null, bytes)
  return other((unit) => new GroupSessionBuilder(senderKeyStorage(unit)).process(NAME, message))
}

test('a stock client reads every message, each has the next key, and neither end keeps one', async () => {
  const [own, other] = [device(), device()]
  for (const n of [0, 1, 2, 3, 4]) {
    const { ciphertext, senderKeyDistributionMessage } = await send(own, `text ${n}`)
    if (n === 0) await meet(other, senderKeyDistributionMessage)
    expect(new SenderKeyMessage(null, null, null, null, ciphertext).getIteration()).toBe(n)
    expect(await read(other, ciphertext)).toBe(`text ${n}`)
  }
  expect([await keptBy(own), await keptBy(other)]).toEqual([0, 0])
})

test('who gets the key in the middle reads from there', async () => {
  const [own, late] = [device(), device()]
  await send(own, 'before')
  const { ciphertext, senderKeyDistributionMessage } = await send(own, 'now')
  await meet(late, senderKeyDistributionMessage)
  expect(await read(late, ciphertext)).toBe('now')
})

test('a chain that a stock client began goes on, without the keys that it passed over', async () => {
  const [own, other] = [device(), device()]
  await meet(other, (await send(own, 'first')).senderKeyDistributionMessage)
  for (const text of ['second', 'third', 'fourth']) expect(await read(other, await stockSend(own, text))).toBe(text)
  expect(await keptBy(own)).toBeGreaterThan(0)
  expect(await read(other, (await send(own, 'fifth')).ciphertext)).toBe('fifth')
  expect(await keptBy(own)).toBe(0)
  // What was passed over may still come to somebody who only receives.
  expect(await keptBy(other)).toBeGreaterThan(0)
})

test('all ways in which Baileys writes a record are read, and it reads ours', async () => {
  const [own, other] = [device(), device()]
  await meet(other, (await send(own, 'first')).senderKeyDistributionMessage)
  await read(other, await stockSend(own, 'second'))
  await read(other, await stockSend(own, 'third'))
  for (const record of [await recordOf(own), await recordOf(other)]) {
    const states = record.serialize()
    expect(states[0]?.senderMessageKeys.length).toBeGreaterThan(0)
    const byIndex = (_key: string, value: unknown) =>
      Array.isArray(value) && typeof value[0] === 'number' ? { ...value } : value
    const indexed = JSON.stringify(states, (key, value) =>
      value?.type === 'Buffer' ? byIndex(key, value.data) : value,
    )
    for (const text of [JSON.stringify(states), JSON.stringify(states, BufferJSON.replacer), indexed]) {
      expect(parseSenderKey(Buffer.from(text)).serialize()).toEqual(states)
    }
    expect(SenderKeyRecord.deserialize(serializeSenderKey(record)).serialize()).toEqual(states)
  }
})
