import { clock, el } from './dom.js'

const KINDS = {
  image: 'Photo',
  video: 'Video',
  audio: 'Audio',
  voice: 'Voice message',
  document: 'File',
  sticker: 'Sticker',
}

/** One line about a message, for lists and quotes. */
export function summary(row) {
  const named = row.caption ?? row.fileName
  if (row.type in KINDS) return named ? `${KINDS[row.type]}: ${named}` : KINDS[row.type]
  if (row.type === 'location') return `Location: ${row.name ?? `${row.latitude}, ${row.longitude}`}`
  if (row.type === 'contact') return `Contact: ${row.name ?? ''} ${row.phone ?? ''}`.trim()
  if (row.type === 'poll') return `Poll: ${row.question ?? ''}`
  if (row.type === 'reaction') return row.emoji ? `Reacted with ${row.emoji}` : 'Took a reaction back'
  if (row.type === 'revoke') return 'Deleted a message'
  if (row.type === 'edit') return `Edited: ${row.text ?? ''}`
  return row.text ?? row.title ?? row.type
}

/** What a message shows, with what can be done about it. */
export function bubble(row, context) {
  const { mine, author, react, reply, choose } = context
  const foot = el('div', { class: 'foot soft' }, clock(row.timestamp), mine && ticks(row))
  if (!mine && row.type !== 'reaction' && row.type !== 'revoke') {
    foot.prepend(
      el('button', { type: 'button', title: 'React with a thumb', onclick: () => react(row, '👍') }, '👍'),
      el('button', { type: 'button', onclick: () => reply(row) }, 'Reply'),
    )
  }
  return el(
    'article',
    { class: mine ? 'bubble mine' : 'bubble' },
    author && el('div', { class: 'who' }, author),
    row.quoted && el('div', { class: 'quote' }, row.quoted.text ?? row.quoted.kind ?? 'a message'),
    thumbnail(row),
    summary(row),
    !mine && choices(row, choose),
    row.undecryptable > 0 && el('div', { class: 'soft' }, `${row.undecryptable} of ${row.copies} copies unreadable`),
    foot,
  )
}

function ticks({ delivered, read }) {
  const label = read ? 'read' : delivered ? 'delivered' : 'sent'
  return el('span', { class: read ? 'ticks read' : 'ticks', title: label, 'aria-label': label }, delivered ? '✓✓' : '✓')
}

/** The preview that the message itself carries. */
function thumbnail({ message }) {
  const small = message?.imageMessage?.jpegThumbnail ?? message?.videoMessage?.jpegThumbnail
  return small ? el('img', { src: `data:image/jpeg;base64,${small}`, alt: 'Preview' }) : null
}

/** Buttons, the rows of a list, the options of a poll. */
function choices(row, choose) {
  const rows = row.sections?.flatMap((section) => section.rows ?? []) ?? []
  const all = [
    ...(row.buttons ?? []).map((button) => ['button', button.text ?? button.title ?? button.id, button]),
    ...rows.map((one) => ['list', one.title, one]),
    ...(row.type === 'poll' ? (row.options ?? []).map((option) => ['poll', option, option]) : []),
  ]
  if (all.length === 0) return null
  const buttons = all.map(([kind, label, choice]) =>
    el('button', { type: 'button', onclick: () => choose(row, kind, choice) }, label),
  )
  return el('div', { class: 'choices' }, ...buttons)
}
