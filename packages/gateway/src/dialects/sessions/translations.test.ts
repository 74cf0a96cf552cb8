import { expect, test } from 'vitest'
import { newId } from '../../core/ids.ts'
import type { SessionRecord, SessionStatus } from '../../core/session.ts'
import { TENANT } from '../../messages/test/rig.ts'
import { notRegisteredAnswer, quotaAnswer } from './errors.ts'
import {
  checkAnswer,
  countsAnswer,
  createdAnswer,
  deletedAnswer,
  qrAnswer,
  reconnectAnswer,
  sentAnswer,
  sessionAnswer,
} from './responses.ts'

/** The JSON answers of document 002, as they stand there. */
const DOCUMENT = {
  counts: `{
"success": true,
"counts": {
"total": 5,
"connected": 3,
"connecting": 1,
"qr": 1,
"disconnected": 0
}
}`,
  created: `{
"success": true,
"sessionId": "abc-123-def-456",
"message": "Session created successfully"
}`,
  session: `{
"success": true,
"session": {
"id": "abc-123-def-456",
"name": "My Business Account",
"status": "connected",
"phone_number": "1234567890",
"created_at": "2024-01-01T00:00:00.000Z",
"isConnected": true
}
}`,
  qr: `{
"success": true,
"qrCode": "data:image/png;base64,iVBORw0KGgo..."
}`,
  reconnect: `{
"success": true,
"message": "Session reconnection initiated"
}`,
  deleted: `{
"success": true,
"message": "Session deleted successfully"
}`,
  sent: `{
"success": true,
"messageId": "3EB0C767D71D8D6E2CD5",
"message": "Message sent successfully"
}`,
  notRegistered: `{
"success": false,
"error": "Invalid WhatsApp Number",
"message": "The phone number is not registered on WhatsApp.",
"phoneNumber": "6281234567890"
}`,
  sentMedia: `{
"success": true,
"messageId": "3EB0C767D71D8D6E2CD5",
"message": "Media sent successfully"
}`,
  check: `{
"success": true,
"message": "Number check completed",
"summary": {
"total": 2,
"valid": 1,
"invalid": 1
},
"results": [
{ "phoneNumber": "6281234567890", "isValid": true, "status": "valid" },
{ "phoneNumber": "6289876543210", "isValid": false, "status": "invalid" }
]
}`,
  quota: `{
"success": false,
"error": "Number check limit reached",
"limit": 1000,
"used": 1000,
"remaining": 0,
"message": "You have reached your number check limit. Please upgrade your plan."
}`,
}

function session(over: Partial<SessionRecord>): SessionRecord {
  const at = Date.UTC(2024, 0, 1)
  return {
    ...{ uid: newId('ses'), tenant: TENANT, id: 'abc-123-def-456', name: 'My Business Account', shouldRun: true },
    ...{ status: 'connected', reason: 'requested', since: at, phone: '1234567890', lid: null, pushName: null },
    ...{ metadata: {}, settings: {}, restriction: null, createdAt: at, ...over },
  }
}

test('document 002: every JSON answer, member by member and in the document’s order', () => {
  const made: Record<keyof typeof DOCUMENT, unknown> = {
    counts: countsAnswer(['connected', 'connected', 'connected', 'connecting', 'qr']),
    created: createdAnswer('abc-123-def-456'),
    session: sessionAnswer(session({})),
    qr: qrAnswer('data:image/png;base64,iVBORw0KGgo...'),
    reconnect: reconnectAnswer(),
    deleted: deletedAnswer(),
    sent: sentAnswer('3EB0C767D71D8D6E2CD5', 'Message'),
    notRegistered: notRegisteredAnswer('6281234567890').body,
    sentMedia: sentAnswer('3EB0C767D71D8D6E2CD5', 'Media'),
    check: checkAnswer([
      { phoneNumber: '6281234567890', isValid: true },
      { phoneNumber: '6289876543210', isValid: false },
    ]),
    quota: quotaAnswer({ limit: 1000, used: 1000 }).body,
  }
  for (const [name, text] of Object.entries(DOCUMENT)) {
    const answer = JSON.stringify(made[name as keyof typeof DOCUMENT])
    expect(answer, name).toBe(JSON.stringify(JSON.parse(text)))
  }
})

test('what does not run counts as disconnected, and a session without a name is called by its id', () => {
  const resting: SessionStatus[] = ['stopped', 'logged_out', 'disconnected']
  expect(countsAnswer(resting).counts).toEqual({ total: 3, connected: 0, connecting: 0, qr: 0, disconnected: 3 })
  const shown = sessionAnswer(session({ status: 'logged_out', name: null, phone: null })).session
  expect(shown).toMatchObject({
    name: 'abc-123-def-456',
    status: 'disconnected',
    phone_number: null,
    isConnected: false,
  })
})
