import type { SessionRecord, SessionStatus } from '../../core/session.ts'

/** The document's four words; what does not run is disconnected. */
type ShownStatus = 'connecting' | 'qr' | 'connected' | 'disconnected'

const STATUS: Record<SessionStatus, ShownStatus> = {
  connecting: 'connecting',
  qr: 'qr',
  connected: 'connected',
  disconnected: 'disconnected',
  stopped: 'disconnected',
  logged_out: 'disconnected',
}

/** How many sessions there are of each status. */
export function countsAnswer(statuses: readonly SessionStatus[]) {
  const counts = { total: statuses.length, connected: 0, connecting: 0, qr: 0, disconnected: 0 }
  for (const status of statuses) counts[STATUS[status]] += 1
  return { success: true, counts }
}

export function createdAnswer(sessionId: string) {
  return { success: true, sessionId, message: 'Session created successfully' }
}

/** A session in full. One without a name is shown by its id. */
export function sessionAnswer(session: SessionRecord) {
  return {
    success: true,
    session: {
      id: session.id,
      name: session.name ?? session.id,
      status: STATUS[session.status],
      phone_number: session.phone,
      created_at: new Date(session.createdAt).toISOString(),
      isConnected: session.status === 'connected',
    },
  }
}

export function qrAnswer(qrCode: string) {
  return { success: true, qrCode }
}

export function reconnectAnswer() {
  return { success: true, message: 'Session reconnection initiated' }
}

export function deletedAnswer() {
  return { success: true, message: 'Session deleted successfully' }
}

export function sentAnswer(messageId: string, what: 'Message' | 'Media') {
  return { success: true, messageId, message: `${what} sent successfully` }
}

/** Results in the order and the spelling of the request. */
export function checkAnswer(numbers: readonly { phoneNumber: string; isValid: boolean }[]) {
  const valid = numbers.filter(({ isValid }) => isValid).length
  return {
    success: true,
    message: 'Number check completed',
    summary: { total: numbers.length, valid, invalid: numbers.length - valid },
    results: numbers.map(({ phoneNumber, isValid }) => ({
      phoneNumber,
      isValid,
      status: isValid ? 'valid' : 'invalid',
    })),
  }
}
