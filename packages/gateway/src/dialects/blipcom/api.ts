import type { DialectApi, DialectOperation } from '../api.ts'

const wrapped = (action: string, code: number | string, data: Record<string, unknown>) => ({
  message_action: action,
  message_code: code,
  message_data: data,
  message_desc: 'GET INFORMATION WHATSAPP SESSION',
  message_id: 'API_CALL_178012345612345_1234567',
})

const find: DialectOperation = {
  summary: 'Whether there is a session',
  params: { id: 'BLIPCOM' },
  answer: wrapped('GET_WHATSAPP_SESSION_SUCCESS', 200, {
    responseCode: '00',
    responseDescription: 'Session found.',
    status: true,
    status_code: 200,
  }),
}

const add: DialectOperation = {
  summary: 'Create a session and get its QR code',
  body: { id: 'BLIPCOM', phone_number: '6281210000001' },
  required: ['id'],
  answer: wrapped('ADD_WHATSAPP_SESSION_SUCCESS', '4008001', {
    status: true,
    responseCode: '00',
    responseDescription: 'QR code received, please scan the QR code.',
    qr: '2@AbCdEf…',
    qr_image: 'data:image/png;base64,iVBOR…',
  }),
}

/** The document's endpoints, for OpenAPI. */
export const api: DialectApi = {
  title: 'WhatsApp sessions of a client',
  credentials: { bearer: { type: 'http', scheme: 'bearer' } },
  operations: {
    'POST /token': {
      summary: 'Get a token for 900 seconds',
      body: { grant_type: 'client_credentials', client_id: 'my-app', client_secret: 'secret' },
      required: ['grant_type'],
      answer: {
        accessToken: 'eyJhbGci…',
        expiresIn: 900,
        responseCode: '2007300',
        responseMessage: 'Successful',
        tokenType: 'Bearer',
      },
    },
    'GET /api/v1/whatsapp/find': { ...find, summary: 'Answers that the id is missing' },
    'GET /api/v1/whatsapp/find/:id': find,
    'POST /api/v1/whatsapp/sessions/add': add,
    'POST /api/v1/whatsapp/add': add,
  },
}
