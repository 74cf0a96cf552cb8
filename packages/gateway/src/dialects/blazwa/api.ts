import type { DialectApi, DialectOperation } from '../api.ts'

const content = { message: 'Halo', imageUrl: 'https://example.com/a.jpg' }
const sent = (to: string) => ({
  message: 'The message has been sent',
  result: {
    id: '3EB0C767D26A1B2E5F01',
    body: 'Halo',
    from: '6281210000001',
    to,
    media_url: 'https://example.com/a.jpg',
    created_at: '2026-03-01 19:00:00',
  },
  code: 20001,
})
const checkNumber: DialectOperation = {
  summary: 'Whether a number has WhatsApp',
  params: { phoneNumber: '6281311110001' },
  answer: { message: 'The number is registered on WhatsApp', is_registered: true, code: null },
}

/** The document's endpoints, for OpenAPI. */
export const api: DialectApi = {
  title: 'One WhatsApp account per licence',
  credentials: { licence: { type: 'apiKey', in: 'header', name: 'X-API-KEY' } },
  operations: {
    'GET /openapi/wa/restart': {
      summary: 'Restart the service',
      answer: { message: 'The service is ready', status: 'ready', code: null },
    },
    'POST /openapi/wa/status': {
      summary: 'The service’s status',
      answer: { message: 'The service is connected', status: 'connected', code: null },
    },
    'POST /openapi/wa/login-qr': {
      summary: 'The QR code to scan, as text or as a picture',
      body: { responseAs: 'string' },
      answer: { message: 'Scan the QR code to log in', qr_string: 'data:image/png;base64,iVBOR…', code: null },
    },
    'GET /openapi/wa/check-number': { ...checkNumber, summary: 'Answers that the number is missing' },
    'GET /openapi/wa/check-number/:phoneNumber': checkNumber,
    'POST /openapi/wa/message': {
      summary: 'Send a text, or an image with a caption',
      body: { phoneNumber: '6281311110001', ...content },
      required: ['phoneNumber'],
      answer: sent('6281311110001'),
    },
    'POST /openapi/wa/message-group': {
      summary: 'Send to a group, by its name',
      body: { groupName: 'Family', ...content },
      required: ['groupName'],
      answer: sent('120363000000000001@g.us'),
    },
    'POST /openapi/wa/webhook': {
      summary: 'Set the URL that gets incoming messages',
      body: { webhook: 'https://example.com/hook' },
      required: ['webhook'],
      answer: { message: 'The webhook has been set', code: 20001 },
    },
    'GET /openapi/wa/webhook/reset': {
      summary: 'Remove the webhook',
      answer: { message: 'The webhook has been removed', status: 'connected', code: 0 },
    },
  },
}
