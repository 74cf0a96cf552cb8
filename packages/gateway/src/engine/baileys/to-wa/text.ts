import type { proto } from 'baileys'
import type { LinkPreview, TextContent } from '../../../core/content.ts'
import { type ComposeContext, withContext, withSecret } from './context.ts'

/**
 * A text as WhatsApp Web sends it. A preview is shown as it is given and never fetched here: the link may be one that
 * somebody else has chosen.
 */
export function textMessage(content: TextContent, context: ComposeContext): proto.IMessage {
  return {
    extendedTextMessage: {
      text: content.text,
      ...(content.preview ? shownLink(content.preview) : {}),
      ...withContext(content, context),
    },
    ...withSecret(context),
  }
}

function shownLink({ url, title, description, thumbnail }: LinkPreview): proto.Message.IExtendedTextMessage {
  return {
    matchedText: url,
    title,
    ...(description === undefined ? {} : { description }),
    ...(thumbnail === undefined ? {} : { jpegThumbnail: Buffer.from(thumbnail, 'base64') }),
  }
}
