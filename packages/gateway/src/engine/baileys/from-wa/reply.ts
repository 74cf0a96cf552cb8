import type { proto } from 'baileys'
import type { Reader } from './reader.ts'

/** A tap on a plain button. */
export const readButtonReply: Reader<proto.Message.IButtonsResponseMessage> = (part) =>
  reply('buttonReply', part.selectedButtonId, part.selectedDisplayText)

/** A tap on a button of a template. */
export const readTemplateReply: Reader<proto.Message.ITemplateButtonReplyMessage> = (part) =>
  reply('buttonReply', part.selectedId, part.selectedDisplayText)

/** A row chosen from a list. */
export const readListReply: Reader<proto.Message.IListResponseMessage> = (part) =>
  reply('listReply', part.singleSelectReply?.selectedRowId, part.title)

/** A tap on a button of a native flow: its parameters are a JSON text. */
export const readFlowReply: Reader<proto.Message.IInteractiveResponseMessage> = (part) => {
  const { name, paramsJson } = part.nativeFlowResponseMessage ?? {}
  const { id, title } = parameters(paramsJson)
  return reply(name === 'single_select' ? 'listReply' : 'buttonReply', id, part.body?.text || title)
}

function reply(type: 'buttonReply' | 'listReply', id: string | null | undefined, title: string | null | undefined) {
  return id ? { content: { type, id, title: title || id } } : undefined
}

function parameters(json: string | null | undefined): { id?: string; title?: string } {
  try {
    const read: unknown = JSON.parse(json ?? '{}')
    const { id, title, display_text: shown } = Object(read) as Record<string, unknown>
    const words = typeof title === 'string' ? title : shown
    return { ...(typeof id === 'string' ? { id } : {}), ...(typeof words === 'string' ? { title: words } : {}) }
  } catch {
    return {}
  }
}
