import { call } from './api.js'
import { ask, el } from './dom.js'

/** Asks for a number and a name and makes a phone of them; answers its number, or '' where none was made. */
export async function newPhone() {
  const phone = el('input', {
    inputMode: 'numeric',
    pattern: '[0-9]{5,20}',
    required: true,
    placeholder: '6281200000009',
  })
  const name = el('input', { required: true, placeholder: 'Citra' })
  const body = el('div', {}, el('label', {}, 'Number', phone), el('label', {}, 'Name', name))
  if ((await ask('A new virtual phone', body, [['make', 'Make it']])) !== 'make') return ''
  await call('POST', '/phones', { phone: phone.value, name: name.value })
  return phone.value
}

/** Asks whom to write to; answers the chat, or '' for nobody. */
export async function startChat(chats) {
  const options = chats.map(({ id, name }) => el('option', { value: id }, `${name} · ${id}`))
  const select = el('select', {}, ...options)
  const chosen = await ask('Write to', el('label', {}, 'Person or group', select), [['open', 'Open']])
  return chosen === 'open' ? select.value : ''
}

/** Shows the linked devices; links another by the text of a QR code or by a pairing code, or unlinks all. */
export async function linkDevice(phone, devices) {
  const code = el('input', { placeholder: 'Text of the QR code, or 8 characters', autocomplete: 'off' })
  const list = devices.map(({ device, name, connected }) =>
    el('div', {}, `Device ${device}${name ? ` (${name})` : ''}: ${connected ? 'connected' : 'away'}`),
  )
  const unlink = devices.length > 0 ? [['unlink', 'Unlink all']] : []
  const body = el('div', {}, ...list, el('label', {}, 'Link a device', code))
  const answer = await ask('Linked devices', body, [...unlink, ['link', 'Link']])
  if (answer === 'unlink') await call('POST', `/phones/${phone}/unlink`)
  if (answer === 'link' && code.value !== '') await link(phone, code.value.trim())
}

/** Asks which phone shall scan the QR code; answers its number, or '' where none did. */
export async function scanWith(qr, phones, chosen) {
  const options = phones.map(({ phone, name }) =>
    el('option', { value: phone, selected: phone === chosen }, `${name} · ${phone}`),
  )
  const select = el('select', {}, ...options)
  const body = el('label', {}, 'With the phone of', select)
  if ((await ask('Scan this QR code?', body, [['scan', 'Scan']])) !== 'scan') return ''
  await link(select.value, qr)
  return select.value
}

function link(phone, text) {
  const typed = /^[A-Za-z0-9]{4}-?[A-Za-z0-9]{4}$/.test(text)
  if (!typed) return call('POST', `/phones/${phone}/scan`, { qr: text })
  return call('POST', `/phones/${phone}/enter-code`, { code: text.replace('-', '').toUpperCase() })
}
