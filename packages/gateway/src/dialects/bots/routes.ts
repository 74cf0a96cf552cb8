import type { DialectRoute } from '../dialect.ts'
import { setWebhook, updateActions, updateActiveDays, updateActiveHours, updateGeneral } from './changes.ts'
import { create, init, list, logout, remove, show } from './instances.ts'
import { addContact, addFile } from './library.ts'
import { sendParts } from './parts.ts'
import { scan } from './scan.ts'
import { sendButtons, sendContact, sendFile, sendFileUrl, sendList, sendMediaButtons, sendText } from './sends.ts'

/** Of one file; the media room may take less. */
const MAX_FILE_BYTES = 100 * 1024 * 1024

const file = { method: 'POST', maxFileBytes: MAX_FILE_BYTES } as const

/** The document's endpoints, and the two by which files and contacts get their ids. */
export const routes: readonly DialectRoute[] = [
  { method: 'PUT', path: '/whatsapp/updateGeneral', handle: updateGeneral, audit: 'session.changed' },
  { method: 'PUT', path: '/whatsapp/updateActions', handle: updateActions, audit: 'session.changed' },
  { method: 'PUT', path: '/whatsapp/updateActiveDays', handle: updateActiveDays, audit: 'session.changed' },
  { method: 'PUT', path: '/whatsapp/updateActiveHours', handle: updateActiveHours, audit: 'session.changed' },
  { method: 'PUT', path: '/whatsapp/setWebhook', handle: setWebhook, audit: 'webhook.changed' },
  { method: 'POST', path: '/whatsapp/createNewWhatsapp', handle: create, audit: 'session.created' },
  { method: 'POST', path: '/whatsapp/init', handle: init, audit: 'session.started' },
  { method: 'GET', path: '/whatsapp/scan', handle: scan },
  { method: 'GET', path: '/whatsapp/instance', handle: show },
  { method: 'GET', path: '/whatsapp/instance/logout/:_id', handle: logout, audit: 'session.logged_out' },
  { method: 'DELETE', path: '/whatsapp/:_id', handle: remove, audit: 'session.deleted' },
  { method: 'GET', path: '/whatsapp', handle: list },
  { method: 'POST', path: '/whatsapp/message', handle: sendParts },
  { ...file, path: '/whatsapp/message/image', handle: sendFile('image') },
  { ...file, path: '/whatsapp/message/video', handle: sendFile('video') },
  { ...file, path: '/whatsapp/message/audio', handle: sendFile('audio') },
  { ...file, path: '/whatsapp/message/doc', handle: sendFile('document') },
  { method: 'POST', path: '/whatsapp/message/fileurl', handle: sendFileUrl },
  { method: 'POST', path: '/whatsapp/message/button', handle: sendButtons },
  { method: 'POST', path: '/whatsapp/message/contact', handle: sendContact },
  { method: 'POST', path: '/whatsapp/message/list', handle: sendList },
  { method: 'POST', path: '/whatsapp/message/MediaButton', handle: sendMediaButtons },
  { method: 'POST', path: '/whatsapp/message/sendText', handle: sendText },
  { method: 'POST', path: '/whatsapp/sendText', handle: sendText },
  { ...file, path: '/whatsapp/files', handle: addFile },
  { method: 'POST', path: '/whatsapp/contacts', handle: addContact },
]
