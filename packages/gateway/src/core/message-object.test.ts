import { expect, test } from 'vitest'
import type { MessageId, SessionUid, TenantId, WaMessageId } from './ids.ts'
import type { Jid } from './jid.ts'
import type { MessageRecord } from './message.ts'
import { presentMessage } from './message-object.ts'

const base: MessageRecord = {
  id: 'msg_1' as MessageId,
  tenant: 'default' as TenantId,
  sessionUid: 'ses_1' as SessionUid,
  session: 'shop',
  direction: 'in',
  waId: '3EB0AA' as WaMessageId,
  chat: '6281311110001@s.whatsapp.net' as Jid,
  participant: null,
  senderAlt: null,
  fromMe: false,
  pushName: 'Budi',
  content: { type: 'text', text: 'Halo' },
  quote: null,
  status: 'received',
  history: [{ status: 'received', at: 1_700_000_000_000 }],
  attempts: 0,
  timestamp: 1_700_000_000_000,
  sendAt: null,
  expiresAt: null,
}

test('an inbound message from a person', () => {
  expect(presentMessage(base, '6281210000001')).toEqual({
    id: 'msg_1',
    wa_id: '3EB0AA',
    session: 'shop',
    chat: '6281311110001',
    direction: 'in',
    type: 'text',
    status: 'received',
    status_history: [{ status: 'received', at: '2023-11-14T22:13:20.000Z' }],
    from: '6281311110001',
    to: '6281210000001',
    from_me: false,
    push_name: 'Budi',
    text: 'Halo',
    timestamp: '2023-11-14T22:13:20.000Z',
    attempts: 0,
  })
})

test('a person known by LID is shown by phone number, with the LID beside it', () => {
  const shown = presentMessage(
    { ...base, chat: '900000000000001@lid' as Jid, senderAlt: '6281311110001@s.whatsapp.net' as Jid },
    '6281210000001',
  )
  expect(shown).toMatchObject({ chat: '6281311110001', from: '6281311110001', lid: '900000000000001' })
})

test('a group message names the group and the participant', () => {
  const shown = presentMessage(
    {
      ...base,
      chat: '120363012345678901@g.us' as Jid,
      participant: '900000000000001@lid' as Jid,
      senderAlt: '6281311110001@s.whatsapp.net' as Jid,
    },
    '6281210000001',
  )
  expect(shown).toMatchObject({
    chat: '120363012345678901@g.us',
    from: '120363012345678901@g.us',
    to: '120363012345678901@g.us',
    participant: '6281311110001',
    lid: '900000000000001',
  })
})

test('a sent message goes from the session to the other side', () => {
  const shown = presentMessage(
    { ...base, direction: 'out', fromMe: true, status: 'sent', pushName: null },
    '6281210000001',
  )
  expect(shown).toMatchObject({ from: '6281210000001', to: '6281311110001', direction: 'out', from_me: true })
  expect(shown).not.toHaveProperty('push_name')
})
