import type { DialectApi, DialectOperation } from '../api.ts'

const sent = (type: string, to: string) => ({
  success: true,
  message: { id: '3EB0C767D26A1B2E5F01', status: 1, type, timestamp: 1772366400, from: '6281210000001@c.us', to },
})

/** An endpoint that sends to a person, and its brother that sends to a group. */
function sending(summary: string, types: [string, string], fields: Record<string, unknown>, required: string[]) {
  const notifyurl = 'https://example.com/ack'
  const to = (recipient: 'nohp' | 'groupid', type: string, address: string): DialectOperation => ({
    summary: `${summary} to a ${recipient === 'nohp' ? 'person' : 'group'}`,
    body: { [recipient]: address.replace(/@.*/, ''), ...fields, notifyurl },
    required: [recipient, ...required],
    answer: sent(type, address),
  })
  return [to('nohp', types[0], '6281311110001@c.us'), to('groupid', types[1], '120363000000000001@g.us')] as const
}

const [text, groupText] = sending('Send a text', ['text', 'chat'], { pesan: 'Halo' }, ['pesan'])
const file = { mediaurl: 'https://example.com/a.jpg', pesan: 'Look' }
const [media, groupMedia] = sending('Send a file by its URL', ['image', 'image'], file, ['mediaurl'])
const place = { latitude: -6.2, longitude: 106.8, pesan: 'Jakarta' }
const [location, groupLocation] = sending('Send a place', ['chat', 'chat'], place, ['latitude', 'longitude'])
const card = { contact: { name: 'Sari', numbers: ['6281311110001'] } }
const [contact, groupContact] = sending('Send a contact', ['vcard', 'vcard'], card, ['contact'])

/** The document's endpoints, for OpenAPI. */
export const api: DialectApi = {
  title: 'A chatbot’s WhatsApp account',
  credentials: { secretkey: { type: 'apiKey', in: 'header', name: 'secretkey' } },
  operations: {
    'POST /api/sendwa': text,
    'POST /api/sendmedia': media,
    'POST /api/sendlocation': location,
    'POST /api/sendcontact': contact,
    'POST /api/sendwatogroup': groupText,
    'POST /api/sendmediatogroup': groupMedia,
    'POST /api/sendlocationtogroup': groupLocation,
    'POST /api/sendcontacttogroup': groupContact,
    'POST /api/groups': {
      summary: 'The account’s groups',
      answer: {
        success: true,
        message: [{ groupid: '120363000000000001', groupname: 'Family', grouplastchat: 1772366400 }],
      },
    },
    'POST /api/getqr': {
      summary: 'The QR code to scan, or who is connected',
      answer: { success: true, message: { isAuthenticated: false, qrcode: '2@AbCdEf…' } },
    },
    'POST /api/checknumber': {
      summary: 'Whether a number has WhatsApp',
      body: { nohp: '6281311110001' },
      required: ['nohp'],
      answer: { success: true, message: true },
    },
  },
}
