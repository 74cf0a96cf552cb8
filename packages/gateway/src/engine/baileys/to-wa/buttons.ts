import type { proto } from 'baileys'
import { bodyText, numberedText } from '../../../core/choices.ts'
import type { ButtonsContent, MessageButton } from '../../../core/content.ts'
import { type ComposeContext, withContext, withSecret } from './context.ts'
import { textMessage } from './text.ts'
import type { HeaderMedia } from './uploaded.ts'

/**
 * Buttons as a native flow, the one form that phones of ordinary accounts still show (the stanza carries a `biz` node
 * besides, see stanza.ts). The choices are also in the text by number, for those that show no buttons.
 */
export function buttonsMessage(content: ButtonsContent, context: ComposeContext, media?: HeaderMedia): proto.IMessage {
  if (content.form === 'text') return textMessage({ type: 'text', text: numberedText(content) }, context)
  const { header, footer, buttons } = content
  return {
    interactiveMessage: {
      ...(header !== undefined || media
        ? { header: { title: header ?? '', hasMediaAttachment: media !== undefined, ...media } }
        : {}),
      body: { text: bodyText(content) },
      ...(footer === undefined ? {} : { footer: { text: footer } }),
      nativeFlowMessage: { buttons: buttons.map(flowButton), messageParamsJson: '{}', messageVersion: 1 },
      ...withContext({}, context),
    },
    ...withSecret(context),
  }
}

function flowButton(button: MessageButton): proto.Message.InteractiveMessage.NativeFlowMessage.INativeFlowButton {
  const { kind, title } = button
  switch (kind) {
    case 'reply':
      return flow('quick_reply', { display_text: title, id: button.id })
    case 'url':
      return flow('cta_url', { display_text: title, url: button.url, merchant_url: button.url })
    case 'call':
      return flow('cta_call', { display_text: title, phone_number: `+${button.phone}` })
    default:
      return kind satisfies never
  }
}

function flow(name: string, parameters: Record<string, string>) {
  return { name, buttonParamsJson: JSON.stringify(parameters) }
}
