import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { advances, type OutgoingStatus } from '../core/message.ts'
import type { ScriptedAccount } from '../engine/scripted/account.ts'
import { settle } from '../sessions/test/manual-clock.ts'
import { CONTACT, inbound, Rig, TENANT, until } from './test/rig.ts'

let rig: Rig
let account: ScriptedAccount

beforeEach(async () => {
  rig = await Rig.open()
  account = rig.account(await rig.connected())
})
afterEach(() => rig.close())

const received = () => rig.messages.list(TENANT, 'shop', { direction: 'in', limit: 100 })

describe('what comes in', () => {
  test('is stored once, however often it is offered', async () => {
    account.deliver(inbound('IN1', 'halo'))
    account.deliver(inbound('IN1', 'halo'))
    account.deliver(inbound('IN2', 'lagi'))
    await until('both are there', async () => ((await received()).length === 2 ? true : undefined))
    await settle()
    expect(await rig.events('message.received')).toHaveLength(2)
  })

  test('while the session was away is stored at the next login', async () => {
    account.drop()
    account.deliver(inbound('IN1', 'tadi malam'))
    const [message] = await until('it is there', async () => {
      const messages = await received()
      return messages.length > 0 ? messages : undefined
    })
    expect(message).toMatchObject({ waId: 'IN1', chat: CONTACT, pushName: 'Budi', status: 'received' })
  })

  test('and cannot be decrypted is a stub that is filled in when the sender sends again', async () => {
    const { content: _, quote: __, ...envelope } = inbound('IN1', '')
    account.deliverUndecryptable(envelope)
    await until('the stub is there', async () => ((await received()).length === 1 ? true : undefined))
    account.deliver(inbound('IN1', 'sekarang bisa dibaca'))
    const filled = await until('it is filled in', async () => {
      const [message] = await received()
      return message?.content.type === 'text' ? message : undefined
    })
    expect(filled.content).toEqual({ type: 'text', text: 'sekarang bisa dibaca' })
    const types = (await rig.events()).map(({ type }) => type).filter((type) => type.startsWith('message'))
    expect(types).toEqual(['message.undecryptable', 'message.received'])
  })
})

describe('receipts', () => {
  test('for ids that are not ours change nothing', async () => {
    const before = (await rig.events()).length
    account.receipt({ waIds: ['3EB0FOREIGN' as never], status: 'read' })
    const message = await rig.text('halo')
    await rig.untilMessage(message.id, 'sent')
    expect(await rig.events()).toHaveLength(before + 1)
  })

  test('for several messages move each of them', async () => {
    const messages = [await rig.text('satu'), await rig.text('dua')]
    for (const { id } of messages) await rig.untilMessage(id, 'sent')
    account.receipt({ waIds: messages.map(({ waId }) => waId), status: 'read' })
    for (const { id } of messages) await rig.untilMessage(id, 'read')
  })

  test('in whatever order move a status forward only', async () => {
    const statuses = fc.constantFrom('sent' as const, 'delivered' as const, 'read' as const, 'played' as const)
    await fc.assert(
      fc.asyncProperty(fc.array(statuses, { minLength: 1, maxLength: 6 }), async (receipts) => {
        const message = await rig.text('halo')
        await rig.untilMessage(message.id, 'sent')
        for (const status of receipts) account.receipt({ waIds: [message.waId], status })
        const highest = receipts.reduce<OutgoingStatus>((best, next) => (advances(best, next) ? next : best), 'sent')
        const { history } = await rig.untilMessage(message.id, highest)
        for (const [index, { status }] of history.entries()) {
          const before = history[index - 1]?.status
          if (before) expect(advances(before, status)).toBe(true)
        }
        expect(history.filter(({ status }) => status === 'sent')).toHaveLength(1)
      }),
      { numRuns: 40 },
    )
  })
})
