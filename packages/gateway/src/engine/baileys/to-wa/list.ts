import { proto } from 'baileys'
import { bodyText, numberedText } from '../../../core/choices.ts'
import type { ListContent } from '../../../core/content.ts'
import { type ComposeContext, withContext, withSecret } from './context.ts'
import { textMessage } from './text.ts'

/**
 * A list to choose from, in the form that phones still open (the stanza carries a `biz` node besides, see stanza.ts).
 * Its choices are also in the text by number: WhatsApp shows lists of ordinary accounts on some clients only.
 */
export function listMessage(content: ListContent, context: ComposeContext): proto.IMessage {
  if (content.form === 'text') return textMessage({ type: 'text', text: numberedText(content) }, context)
  const { title, footer, buttonText, sections } = content
  return {
    listMessage: {
      description: bodyText(content),
      ...(title === undefined ? {} : { title }),
      ...(footer === undefined ? {} : { footerText: footer }),
      buttonText,
      listType: proto.Message.ListMessage.ListType.SINGLE_SELECT,
      sections: sections.map((section) => ({
        title: section.title,
        rows: section.rows.map((row) => ({
          rowId: row.id,
          title: row.title,
          ...(row.description === undefined ? {} : { description: row.description }),
        })),
      })),
      ...withContext({}, context),
    },
    ...withSecret(context),
  }
}
