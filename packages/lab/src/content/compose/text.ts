import { Type } from 'typebox'
import { composer } from './composer.ts'

/** Plain text; phones use the short form unless the text has a context. */
export const text = composer('text', Type.String({ minLength: 1 }), (content, { info }) => ({
  message: info.contextInfo ? { extendedTextMessage: { text: content, ...info } } : { conversation: content },
  type: 'text',
}))
