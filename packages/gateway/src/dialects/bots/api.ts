import type { DialectApi, DialectOperation } from '../api.ts'

const query = { session_id: '2ad8-07c9-447b-994d-eb8b', access_token: '1f2e-3d4c-5b6a-7988-a7b6' }
const _id = '64ac1f0e5b6a79881f2e3d4c'
const chatId = '6281311110001'
const params = { _id }

function success(message: string, data: unknown) {
  return { status: true, message, data }
}

const changed = success('Whatsapp settings updated successfully!', {
  ...{ acknowledged: true, modifiedCount: 1, upsertedId: null, upsertedCount: 0, matchedCount: 1 },
})
const sent = success('Message sent successfully', {
  key: { remoteJid: '6281311110001@s.whatsapp.net', fromMe: true, id: '3EB0C767D26A1B2E5F01' },
  messageTimestamp: '1772366400',
  status: 'PENDING',
})

function change(summary: string, body: Record<string, unknown>): DialectOperation {
  return { summary, query, body, answer: changed }
}

function send(summary: string, body: Record<string, unknown>, required: string[] = []): DialectOperation {
  return { summary, query, body: { chatId, ...body }, required: ['chatId', ...required], answer: sent }
}

function sendFile(kind: string): DialectOperation {
  return { ...send(`Send ${kind}`, { caption: 'Look', filename: 'a.bin' }), file: 'file' }
}

const sendText: DialectOperation = {
  ...send('Send a text', {}),
  body: { to: chatId, message: 'Hello' },
  required: ['to', 'message'],
  answer: success('Message sent successfully', 'true_6281311110001@c.us_3EB0C767D26A1B2E5F01'),
}
const buttons = { footerText: 'Until 2 pm', buttons: [{ type: 'replyButton', title: 'Rice', payload: 'rice' }] }
const settings = { bot_name: 'Shop', status: 'CONNECTED', bot_timezone: '+1', default_msg: '{Hi|Hello} [name]' }
const vcard = { fullName: 'Sari Dewi', displayName: 'Sari', organization: 'Shop', phoneNumber: '6281311110001' }

/** The document's endpoints and the two that Kurir adds, for OpenAPI. */
export const api: DialectApi = {
  title: 'WhatsApp bots',
  credentials: { bearer: { type: 'http', scheme: 'bearer' } },
  operations: {
    'PUT /whatsapp/updateGeneral': change('Change name, language, time zone and default message', {
      ...{ bot_name: 'Shop', bot_lang: 'en', bot_timezone: '+1', default_msg: '{Hi|Hello} [name]' },
    }),
    'PUT /whatsapp/updateActions': change('Switch what the bot does by itself', {
      ...{ send_default_msg: true, reply_group_msgs: false, reply_unread_msgs: true, reply_msgs: true },
      ...{ multi_device: true, send_webhook: true },
    }),
    'PUT /whatsapp/updateActiveDays': change('Change the days on which it answers', { monday: true, sunday: false }),
    'PUT /whatsapp/updateActiveHours': change('Change the hours in which it answers', { from: '8:00', to: '17:30' }),
    'PUT /whatsapp/setWebhook': {
      summary: 'Have messages posted to a URL',
      query,
      body: { webhook_url: 'https://example.com/hook', events: ['onMessage'], requestConfig: { timeout: 5000 } },
      required: ['webhook_url'],
      answer: success('Webhook set successfully!', { webhook_url: 'https://example.com/hook', events: ['onMessage'] }),
    },
    'POST /whatsapp/createNewWhatsapp': {
      summary: 'Make a bot',
      answer: success('Whatsapp created successfully!', { settings, _id, session_id: query.session_id }),
    },
    'POST /whatsapp/init': {
      summary: 'Start a bot',
      body: { ...query, config: { setWebhook: false, webhookUrl: 'https://example.com/hook' } },
      answer: success('Whatsapp initialized successfully!', { instance_key: query.session_id, status: 'QR' }),
    },
    'GET /whatsapp/scan': {
      summary: 'A page with the QR code to scan, or the code’s picture as text',
      query: { ...query, format: 'html' },
      answerType: 'text/html',
    },
    'GET /whatsapp/instance': {
      summary: 'Whether a bot is connected',
      query,
      answer: success('Status checked successfully', {
        error: false,
        message: 'Instance fetched successfully',
        instance_data: { instance_key: query.session_id, phone_connected: true, webhookUrl: null, user: {} },
      }),
    },
    'GET /whatsapp/instance/logout/:_id': {
      summary: 'Log a bot out',
      params,
      answer: success('Whatsapp logged out successfully!', { session_id: query.session_id, status: 'LOGGED_OUT' }),
    },
    'DELETE /whatsapp/:_id': {
      summary: 'Delete a bot',
      params,
      answer: success('Whatsapp deleted successfully!', { acknowledged: true, deletedCount: 1 }),
    },
    'GET /whatsapp': {
      summary: 'All bots',
      answer: success('Whatsapp fetched successfully!', [{ _id, settings, session_id: query.session_id }]),
    },
    'POST /whatsapp/message': send('Send a text, files, a place and a contact, what there is of them', {
      ...{ message: 'Hello', attachments: [_id], location: { lat: '-6.2', lng: '106.8', name: 'Jakarta' } },
      contactId: _id,
    }),
    'POST /whatsapp/message/image': sendFile('an image'),
    'POST /whatsapp/message/video': sendFile('a video'),
    'POST /whatsapp/message/audio': sendFile('an audio file'),
    'POST /whatsapp/message/doc': sendFile('a document'),
    'POST /whatsapp/message/fileurl': send(
      'Send a file by its URL',
      { url: 'https://example.com/a.jpg', type: 'image', mimetype: 'image/jpeg', caption: 'Look' },
      ['url'],
    ),
    'POST /whatsapp/message/button': send('Send buttons', { btndata: { text: 'What today?', ...buttons } }, [
      'btndata',
    ]),
    'POST /whatsapp/message/contact': send('Send a contact', { vcard }, ['vcard']),
    'POST /whatsapp/message/list': send(
      'Send a list of choices',
      {
        msgdata: {
          ...{ buttonText: 'Choose', text: 'What today?', title: 'Lunch', description: 'Until 2 pm' },
          sections: [{ title: 'Dishes', rows: [{ title: 'Rice', description: 'With egg', rowId: 'rice' }] }],
        },
      },
      ['msgdata'],
    ),
    'POST /whatsapp/message/MediaButton': send(
      'Send buttons below a file',
      {
        btndata: {
          ...{ text: 'What today?', image: 'https://example.com/a.jpg', mediaType: 'image', mimeType: 'image/jpeg' },
          ...buttons,
        },
      },
      ['btndata'],
    ),
    'POST /whatsapp/message/sendText': sendText,
    'POST /whatsapp/sendText': sendText,
    'POST /whatsapp/files': {
      summary: 'Keep a file for `attachments`',
      file: 'file',
      body: {},
      answer: success('File uploaded successfully', { _id, filename: 'a.png', mimetype: 'image/png', size: 1024 }),
    },
    'POST /whatsapp/contacts': {
      summary: 'Keep a contact for `contactId`',
      body: vcard,
      required: ['phoneNumber'],
      answer: success('Contact created successfully', { _id, displayName: 'Sari', vcard: 'BEGIN:VCARD…' }),
    },
  },
}
