import type { DialectApi } from '../api.ts'

const params = { sessionId: '7b0a5a0e-6b0e-4b0e-9b0e-2b0e5a0e6b0e' }
const { sessionId } = params

/** The document's endpoints, for OpenAPI. */
export const api: DialectApi = {
  title: 'Many WhatsApp sessions',
  credentials: { apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' } },
  operations: {
    'GET /api/sessions': {
      summary: 'How many sessions there are, by status',
      answer: { success: true, counts: { total: 4, connected: 2, connecting: 1, qr: 1, disconnected: 0 } },
    },
    'POST /api/sessions': {
      summary: 'Create a session',
      body: { name: 'Shop' },
      answer: { success: true, sessionId, message: 'Session created successfully' },
    },
    'GET /api/sessions/:sessionId': {
      summary: 'A session',
      params,
      answer: {
        success: true,
        session: {
          id: sessionId,
          name: 'Shop',
          status: 'connected',
          phone_number: '6281210000001',
          created_at: '2026-03-01T12:00:00.000Z',
          isConnected: true,
        },
      },
    },
    'GET /api/sessions/:sessionId/qr': {
      summary: 'The QR code to scan',
      params,
      answer: { success: true, qrCode: 'data:image/png;base64,iVBOR…' },
    },
    'POST /api/sessions/:sessionId/reconnect': {
      summary: 'Forget the phone and begin with a new QR code',
      params,
      answer: { success: true, message: 'Session reconnection initiated' },
    },
    'DELETE /api/sessions/:sessionId': {
      summary: 'Delete a session',
      params,
      answer: { success: true, message: 'Session deleted successfully' },
    },
    'POST /api/sessions/:sessionId/send': {
      summary: 'Send a text',
      params,
      body: { to: '6281311110001', message: 'Halo', skipValidation: false },
      required: ['to', 'message'],
      answer: { success: true, messageId: '3EB0C767D26A1B2E5F01', message: 'Message sent successfully' },
    },
    'POST /api/sessions/:sessionId/send-media': {
      summary: 'Send a file of at most 50 MB',
      params,
      file: 'media',
      body: { to: '6281311110001', message: 'Look', skipValidation: false },
      required: ['to'],
      answer: { success: true, messageId: '3EB0C767D26A1B2E5F01', message: 'Media sent successfully' },
    },
    'POST /api/number-checker': {
      summary: 'Which of up to 100 numbers have WhatsApp',
      body: { sessionId, phoneNumbers: ['6281311110001', '6281999999999'] },
      required: ['sessionId', 'phoneNumbers'],
      answer: {
        success: true,
        message: 'Number check completed',
        summary: { total: 2, valid: 1, invalid: 1 },
        results: [{ phoneNumber: '6281311110001', isValid: true, status: 'valid' }],
      },
    },
  },
}
