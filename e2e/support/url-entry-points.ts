/** Credentials and names that the entry points need. */
export interface UrlWorld {
  /** Of the gateway. */
  url: string
  /** A connected session. */
  session: string
  /** A session at rest, whose proxy may be changed. */
  resting: string
  /** Of a person who is there. */
  contact: string
  /** A group of the session. */
  group: string
  webhook: string
  rule: string
  keys: { native: string; blazwa: string; chatbot: string; bots: { session_id: string; access_token: string } }
}

/** A place of the HTTP APIs that takes a URL from a client. */
export interface UrlEntryPoint {
  name: string
  method: 'POST' | 'PUT' | 'PATCH'
  path: (world: UrlWorld) => string
  headers: (world: UrlWorld) => Record<string, string>
  body: (url: string, world: UrlWorld) => object
  /** Whether the URL is called before the answer. */
  fetches: boolean
}

type Place = Pick<UrlEntryPoint, 'path' | 'body'> & Partial<UrlEntryPoint>

const native = (name: string, place: Place): UrlEntryPoint => ({
  ...{ name: `native: ${name}`, method: 'POST', fetches: false },
  headers: ({ keys }) => ({ authorization: `Bearer ${keys.native}` }),
  ...place,
})

const nativeMessage = (type: string, more: object = {}): UrlEntryPoint =>
  native(`media.url of ${type}`, {
    fetches: true,
    path: ({ session }) => `/v1/sessions/${session}/messages`,
    body: (url, { contact }) => ({ to: contact, type, media: { url }, ...more }),
  })

const blazwa = (name: string, path: string, body: UrlEntryPoint['body'], fetches: boolean): UrlEntryPoint => ({
  ...{ name: `blazwa: ${name}`, method: 'POST', path: () => `/openapi/wa/${path}`, body, fetches },
  headers: ({ keys }) => ({ 'x-api-key': keys.blazwa }),
})

const chatbot = (path: string, field: string, more: (world: UrlWorld) => object): UrlEntryPoint => ({
  ...{
    name: `chatbot: ${field} of ${path}`,
    method: 'POST',
    fetches: field === 'mediaurl',
    path: () => `/api/${path}`,
  },
  headers: ({ keys }) => ({ secretkey: keys.chatbot }),
  body: (url, world) => ({ ...more(world), [field]: url }),
})

const bots = (name: string, path: string, body: UrlEntryPoint['body'], fetches: boolean): UrlEntryPoint => ({
  ...{ name: `bots: ${name}`, method: path === 'setWebhook' ? 'PUT' : 'POST', fetches },
  path: ({ keys }) => `/whatsapp/${path}?${new URLSearchParams(keys.bots)}`,
  headers: () => ({}),
  body,
})

const ONE_BUTTON = { text: 'Yes?', buttons: [{ type: 'replyButton', title: 'Yes' }] }

/** All of them: a new one is one line here. The dialects `blipcom` and `sessions` take no URL. */
export const URL_ENTRY_POINTS: readonly UrlEntryPoint[] = [
  native('a new webhook', { path: () => '/v1/webhooks', body: (url) => ({ url }) }),
  native('a webhook changed', {
    method: 'PATCH',
    path: (at) => `/v1/webhooks/${at.webhook}`,
    body: (url) => ({ url }),
  }),
  ...['image', 'document', 'sticker'].map((type) => nativeMessage(type)),
  nativeMessage('buttons', { text: 'Yes?', buttons: [{ kind: 'reply', id: 'yes', title: 'Yes' }] }),
  native('a new rule’s webhook', {
    path: ({ session }) => `/v1/sessions/${session}/rules`,
    body: (url) => ({ keyword: 'never', action: { type: 'webhook', url } }),
  }),
  native('a new rule’s file', {
    path: ({ session }) => `/v1/sessions/${session}/rules`,
    body: (url) => ({ keyword: 'never', action: { type: 'reply', messages: [{ type: 'image', media: { url } }] } }),
  }),
  native('a rule changed', {
    method: 'PATCH',
    path: ({ session, rule }) => `/v1/sessions/${session}/rules/${rule}`,
    body: (url) => ({ action: { type: 'webhook', url } }),
  }),
  native('a new session’s proxy', { path: () => '/v1/sessions', body: (proxy) => ({ proxy }) }),
  native('a session’s proxy changed', {
    method: 'PATCH',
    path: ({ resting }) => `/v1/sessions/${resting}`,
    body: (proxy) => ({ proxy }),
  }),
  blazwa('webhook', 'webhook', (webhook) => ({ webhook }), false),
  blazwa('imageUrl', 'message', (imageUrl, { contact }) => ({ phoneNumber: contact, imageUrl }), true),
  blazwa('imageUrl to a group', 'message-group', (imageUrl) => ({ groupName: 'Toko', imageUrl }), true),
  bots('setWebhook', 'setWebhook', (webhook_url) => ({ webhook_url }), false),
  bots('webhookUrl of init', 'init', (webhookUrl) => ({ config: { setWebhook: true, webhookUrl } }), false),
  bots('fileurl', 'message/fileurl', (url, { contact }) => ({ chatId: contact, url, type: 'image' }), true),
  bots(
    ...(['image of MediaButton', 'message/MediaButton'] as const),
    (image, { contact }) => ({ chatId: contact, btndata: { ...ONE_BUTTON, image, mediaType: 'image' } }),
    true,
  ),
  chatbot('sendmedia', 'mediaurl', ({ contact }) => ({ nohp: contact })),
  chatbot('sendmediatogroup', 'mediaurl', ({ group }) => ({ groupid: group })),
  chatbot('sendwa', 'notifyurl', ({ contact }) => ({ nohp: contact, pesan: 'Hi' })),
  chatbot('sendwatogroup', 'notifyurl', ({ group }) => ({ groupid: group, pesan: 'Hi' })),
  chatbot('sendlocation', 'notifyurl', ({ contact }) => ({ nohp: contact, latitude: -6.2, longitude: 106.8 })),
  chatbot('sendlocationtogroup', 'notifyurl', ({ group }) => ({ groupid: group, latitude: -6.2, longitude: 106.8 })),
  chatbot('sendcontact', 'notifyurl', ({ contact }) => ({ nohp: contact, contact: { name: 'A', numbers: [contact] } })),
  chatbot('sendcontacttogroup', 'notifyurl', ({ group, contact }) => ({
    ...{ groupid: group, contact: { name: 'A', numbers: [contact] } },
  })),
]
