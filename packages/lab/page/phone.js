import { call, look } from './api.js'
import { bubble, summary } from './bubble.js'
import { linkDevice, newPhone, scanWith, startChat } from './dialogs.js'
import { clock, el } from './dom.js'

const POLL_MS = 1000

const root = document.getElementById('phone')
/** What the page shows; `drawn` is the state that is on the screen. */
const state = { phone: '', chat: '', shown: [], sent: [], phones: [], groups: [], quote: null, error: '', drawn: '' }
const readIds = new Set()

function choosePhone(phone) {
  Object.assign(state, { phone, chat: '', shown: [], sent: [], quote: null, error: '', drawn: '' })
  history.replaceState(null, '', `?phone=${phone}${location.hash}`)
}

/** Turns to the phone that a dialog answered, where it answered one. */
function showPhone(phone) {
  if (phone !== '' && phone !== state.phone) choosePhone(phone)
}

/** Runs what the person asked for, says what went wrong, and looks again. */
async function act(work) {
  try {
    state.error = ''
    await work()
  } catch (error) {
    state.error = error.message
  }
  await refresh()
}

async function refresh() {
  if (state.phone === '') {
    const { phones } = await call('GET', '/phones')
    state.phones = phones
    const wanted = new URLSearchParams(location.search).get('phone')
    const first = phones.find(({ phone }) => phone === wanted) ?? phones.find(isPerson) ?? phones[0]
    if (!first) return draw()
    choosePhone(first.phone)
  }
  const { phone } = state
  const seen = await look(phone, { shown: state.shown.length })
  // Another phone may have been chosen while the lab answered.
  if (phone !== state.phone) return
  state.shown.push(...seen.shown)
  Object.assign(state, { sent: seen.sent, phones: seen.phones, groups: seen.groups })
  draw()
  readWhatIsOpen()
}

/** A person of the lab without linked devices makes the better first phone: the others are the gateway's accounts. */
function isPerson({ devices, registered }) {
  return registered && devices.length === 0
}

/** Whoever looks at a chat has read it. */
function readWhatIsOpen() {
  if (document.hidden) return
  for (const { chat, id } of state.shown) {
    if (chat !== state.chat || readIds.has(`${state.phone} ${id}`)) continue
    readIds.add(`${state.phone} ${id}`)
    call('POST', `/phones/${state.phone}/read`, { id }).catch(() => undefined)
  }
}

function nameOf(chat) {
  const group = state.groups.find(({ id }) => id === chat)
  const person = state.phones.find(({ phone }) => phone === chat)
  return group?.name ?? person?.name ?? chat
}

function rowsOf(chat) {
  const mine = state.sent.filter((row) => row.chat === chat).map((row) => ({ ...row, mine: true }))
  return [...state.shown.filter((row) => row.chat === chat), ...mine].sort((a, b) => a.timestamp - b.timestamp)
}

function draw() {
  const own = state.phones.find(({ phone }) => phone === state.phone)
  const { shown, sent, chat, quote, error } = state
  const drawn = JSON.stringify([shown.length, sent, chat, quote?.id, error, own, state.phones.length, state.groups])
  if (drawn === state.drawn) return
  state.drawn = drawn
  const typed = root.querySelector('.composer input:not([type=file])')
  const kept = typed ? { text: typed.value, focused: document.activeElement === typed } : undefined
  const notice = state.error && el('div', { class: 'notice error', role: 'alert' }, state.error)
  root.replaceChildren(header(own), ...(notice ? [notice] : []), ...(state.chat === '' ? chats() : thread(own)))
  const scroll = root.querySelector('.scroll')
  if (state.chat !== '') scroll.scrollTop = scroll.scrollHeight
  const input = root.querySelector('.composer input:not([type=file])')
  if (input && kept) {
    input.value = kept.text
    if (kept.focused) input.focus()
  }
}

function header(own) {
  if (!own) return el('header', {}, el('h1', { class: 'grow' }, 'Virtual phone'), newPhoneButton())
  const options = state.phones
    .filter(({ registered }) => registered)
    .map(({ phone, name }) => el('option', { value: phone, selected: phone === own.phone }, `${name} · ${phone}`))
  const picker = el(
    'select',
    { class: 'grow', 'aria-label': 'Whose phone', onchange: ({ target }) => act(() => choosePhone(target.value)) },
    ...options,
  )
  const power = el(
    'button',
    {
      type: 'button',
      title: own.online ? 'Take the phone offline' : 'Bring the phone back',
      onclick: () => act(() => call('POST', `/phones/${own.phone}/${own.online ? 'offline' : 'online'}`)),
    },
    own.online ? 'Online' : 'Offline',
  )
  return el('header', {}, picker, power)
}

function newPhoneButton() {
  return el('button', { type: 'button', onclick: () => act(async () => showPhone(await newPhone())) }, 'New phone')
}

function chats() {
  const names = new Set([...state.shown, ...state.sent].map(({ chat }) => chat))
  const known = [...names].map((chat) => ({ chat, last: rowsOf(chat).at(-1) }))
  const rows = known.sort((a, b) => b.last.timestamp - a.last.timestamp).map(chatRow)
  const own = state.phones.find(({ phone }) => phone === state.phone)
  const buttons = el(
    'div',
    { class: 'composer' },
    el('button', { class: 'primary', type: 'button', onclick: () => act(openChat) }, 'New message'),
    el(
      'button',
      { type: 'button', onclick: () => act(() => linkDevice(state.phone, own?.devices ?? [])) },
      'Linked devices',
    ),
    newPhoneButton(),
  )
  const empty = el(
    'p',
    { class: 'empty' },
    'No messages yet. Send one to this number through the gateway, or write first.',
  )
  return [el('div', { class: 'scroll' }, ...(rows.length > 0 ? rows : [empty])), buttons]
}

async function openChat() {
  const others = state.phones.filter(({ phone, registered }) => registered && phone !== state.phone)
  const groups = state.groups.filter(({ participants }) => participants.some(({ phone }) => phone === state.phone))
  const chat = await startChat([...others.map(({ phone, name }) => ({ id: phone, name })), ...groups])
  if (chat) state.chat = chat
}

function chatRow({ chat, last }) {
  const unread = state.shown.filter((row) => row.chat === chat && !readIds.has(`${state.phone} ${row.id}`)).length
  const open = () => {
    state.chat = chat
    draw()
    readWhatIsOpen()
  }
  return el(
    'button',
    { class: 'chat', type: 'button', onclick: open },
    el('span', { class: 'row' }, nameOf(chat), el('span', { class: 'soft' }, clock(last.timestamp))),
    el(
      'span',
      { class: 'row' },
      el('span', { class: 'last' }, summary(last)),
      unread > 0 && el('span', { class: 'badge', 'aria-label': `${unread} unread` }, String(unread)),
    ),
  )
}

function thread(own) {
  const back = () => {
    Object.assign(state, { chat: '', quote: null })
    draw()
  }
  const typing = own?.chatStates[state.chat] === 'composing' ? 'typing …' : state.chat
  const title = el(
    'header',
    {},
    el('button', { class: 'plain', type: 'button', 'aria-label': 'Back to the chats', onclick: back }, '←'),
    el('div', { class: 'grow' }, el('h1', {}, nameOf(state.chat)), el('div', { class: 'soft' }, typing)),
  )
  const inGroup = state.chat.endsWith('@g.us')
  const bubbles = rowsOf(state.chat).map((row) =>
    bubble(row, {
      mine: row.mine === true,
      author: inGroup && !row.mine ? nameOf(row.from) : '',
      react,
      reply,
      choose,
    }),
  )
  return [title, el('div', { class: 'scroll', 'aria-live': 'polite' }, ...bubbles), ...composer()]
}

function send(content) {
  const quoted = state.quote ? { quote: state.quote.id } : {}
  state.quote = null
  return call('POST', `/phones/${state.phone}/messages`, { to: state.chat, ...quoted, ...content })
}

function react(row, emoji) {
  return act(() => send({ reaction: { id: row.id, emoji } }))
}

function reply(row) {
  state.quote = row
  draw()
  root.querySelector('.composer input:not([type=file])').focus()
}

/** A tap on a choice of a message. */
function choose(row, kind, choice) {
  if (kind === 'poll') return act(() => send({ vote: { id: row.id, options: [choice] } }))
  if (kind === 'list') return act(() => send({ quote: row.id, listReply: { id: choice.id, title: choice.title } }))
  return act(() => send({ quote: row.id, buttonReply: { id: choice.id, text: choice.text ?? choice.id } }))
}

function composer() {
  const input = el('input', { placeholder: 'Message', 'aria-label': 'Message', autocomplete: 'off' })
  const submit = (event) => {
    event.preventDefault()
    const text = input.value.trim()
    if (text === '') return undefined
    input.value = ''
    return act(() => send({ text }))
  }
  const picker = el('input', { type: 'file', hidden: true, onchange: () => act(() => sendFile(picker.files[0])) })
  const attach = el(
    'button',
    { type: 'button', title: 'Send a file', 'aria-label': 'Send a file', onclick: () => picker.click() },
    '+',
  )
  const send_ = el('button', { class: 'primary' }, 'Send')
  const quote = state.quote && el('div', { class: 'notice' }, el('div', { class: 'quote' }, summary(state.quote)))
  return [...(quote ? [quote] : []), el('form', { class: 'composer', onsubmit: submit }, attach, picker, input, send_)]
}

async function sendFile(file) {
  if (!file) return
  const url = await new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(file)
  })
  const base64 = url.slice(url.indexOf(',') + 1)
  const mimetype = file.type || 'application/octet-stream'
  const [family] = mimetype.split('/')
  const kind = ['image', 'video', 'audio'].includes(family) ? family : 'document'
  await send({ [kind]: { base64, mimetype, ...(kind === 'document' ? { fileName: file.name } : {}) } })
}

/** A gateway's page links here with the QR text it shows, so that nobody needs a camera. */
async function scanFromAddress() {
  const qr = new URLSearchParams(location.hash.slice(1)).get('scan')
  if (!qr) return
  history.replaceState(null, '', location.pathname + location.search)
  const phones = state.phones.filter(({ registered }) => registered)
  await act(async () => showPhone(await scanWith(qr, phones, state.phone)))
}

async function tick() {
  try {
    if (!document.hidden) await refresh()
  } catch {
    state.error = 'The lab does not answer.'
    draw()
  }
  setTimeout(tick, POLL_MS)
}

addEventListener('hashchange', scanFromAddress)
await tick()
await scanFromAddress()
