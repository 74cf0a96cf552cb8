import type { Reply } from './ports.ts'

/** A file of a webhook's answer may have this many bytes (document 004). */
const LARGEST_FILE_BYTES = 16 * 1024 * 1024
const LONGEST_TEXT = 65_536
/** Replies of one answer. */
const MOST_REPLIES = 50

const COORDINATE = /^\s*([+-]?\d{1,3}(?:\.\d+)?)\s*[-,;]\s*([+-]?\d{1,3}(?:\.\d+)?)\s*$/

/**
 * Reads what a rule's webhook answered: `{success, message: {reply: […]}}` or `{success, message: […]}`. Undefined
 * where the text is no JSON object; no replies where `success` is false or there are none. What cannot be sent is
 * refused by itself and keeps no other back.
 */
export function readReplyArray(text: string): Reply[] | undefined {
  const answer = objectOf(parse(text))
  if (!answer) return undefined
  if (answer.success === false) return []
  const list = Array.isArray(answer.message) ? answer.message : objectOf(answer.message)?.reply
  return Array.isArray(list) ? list.slice(0, MOST_REPLIES).flatMap(readItem) : []
}

function readItem(item: unknown): Reply[] {
  const { type, content } = objectOf(item) ?? {}
  switch (typeof type === 'string' ? type.trim().toLowerCase() : '') {
    case 'message':
      return [readText(content)]
    case 'location':
      return readLocations(content)
    case 'audio':
      return [readFile('audio', content)]
    case 'image':
      return [readFile('image', content)]
    case 'document':
      return [readFile('document', content)]
    default:
      return [refused('unknown_type')]
  }
}

function readText(content: unknown): Reply {
  const text = typeof content === 'number' ? String(content) : content
  if (typeof text !== 'string' || text === '') return refused('no_content')
  if (text.length > LONGEST_TEXT) return refused('too_long')
  return { kind: 'content', content: { type: 'text', text } }
}

/** `[{coordinate: "-6.2-106.8"}, …]`, one of them, or the coordinate alone; each is a message. */
function readLocations(content: unknown): Reply[] {
  const list = Array.isArray(content) ? content : [content]
  return list.length === 0 ? [refused('no_content')] : list.map(readLocation)
}

function readLocation(place: unknown): Reply {
  const coordinate = typeof place === 'string' ? place : objectOf(place)?.coordinate
  const [, north, east] = (typeof coordinate === 'string' && COORDINATE.exec(coordinate)) || []
  if (north === undefined || east === undefined) return refused('bad_coordinate')
  const [latitude, longitude] = [Number(north), Number(east)]
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return refused('bad_coordinate')
  return { kind: 'content', content: { type: 'location', latitude, longitude } }
}

function readFile(type: 'audio' | 'image' | 'document', content: unknown): Reply {
  if (typeof content !== 'string' || !/^https?:\/\//i.test(content.trim())) return refused('bad_url')
  return { kind: 'file', type, source: { url: content.trim() }, maxBytes: LARGEST_FILE_BYTES }
}

function refused(why: string): Reply {
  return { kind: 'refused', why }
}

function parse(text: string): unknown {
  try {
    // Some servers begin with a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}
