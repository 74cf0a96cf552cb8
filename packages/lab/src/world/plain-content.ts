import type { Content } from './content.ts'
import { badRequest } from './errors.ts'

/** Texts only. */
export const plainContent: Content = {
  async compose(request) {
    if (typeof request.text !== 'string') throw badRequest('text is missing')
    return { message: { conversation: request.text }, type: 'text' }
  },
  async describe(message) {
    const text = message.conversation ?? message.extendedTextMessage?.text
    return typeof text === 'string' ? { type: 'text', text } : { type: Object.keys(message)[0] ?? 'unknown' }
  },
}
