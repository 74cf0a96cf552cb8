import type { proto } from 'baileys'
import type { DescribeContext } from '../../world/content.ts'
import { type BodyOf, type Describer, said } from './describer.ts'
import { file } from './media.ts'

/** A button as shown. `kind` is the template's or the native flow's name for it. */
interface ShownButton {
  id?: string
  text?: string
  kind?: string
  url?: string
  phone?: string
  /** A native flow's parameters, as they came (JSON text). */
  params?: string
}

/** Plain reply buttons. */
export const buttons: Describer<BodyOf<'buttonsMessage'>> = async (body, context) => ({
  type: 'interactive',
  ...said({ text: body.contentText, title: body.text, footer: body.footerText }),
  buttons: (body.buttons ?? []).map(
    ({ buttonId, buttonText }): ShownButton => said({ id: buttonId, text: buttonText?.displayText }),
  ),
  ...(await header(body, context)),
})

/** Template buttons: reply, link, call. */
export const template: Describer<BodyOf<'templateMessage'>> = async (body, context) => {
  const content = body.hydratedTemplate ?? body.hydratedFourRowTemplate
  if (!content) return { type: 'interactive', ...(body.interactiveMessageTemplate ? { template: true } : {}) }
  return {
    type: 'interactive',
    ...said({
      text: content.hydratedContentText,
      title: content.hydratedTitleText,
      footer: content.hydratedFooterText,
    }),
    buttons: (content.hydratedButtons ?? []).map(templateButton),
    ...(await header(content, context)),
  }
}

/** Native-flow buttons, with or without a header. */
export const interactive: Describer<BodyOf<'interactiveMessage'>> = async (body, context) => ({
  type: 'interactive',
  ...said({ text: body.body?.text, title: body.header?.title, footer: body.footer?.text }),
  ...said({ subtitle: body.header?.subtitle }),
  buttons: (body.nativeFlowMessage?.buttons ?? []).map((button): ShownButton => {
    const params = parameters(button.buttonParamsJson)
    return said({
      id: params.id,
      text: params.display_text,
      url: params.url,
      phone: params.phone_number,
      kind: button.name,
      params: button.buttonParamsJson,
    })
  }),
  ...(body.carouselMessage?.cards?.length ? { cards: body.carouselMessage.cards.length } : {}),
  ...(await header(body.header ?? {}, context)),
})

export const list: Describer<BodyOf<'listMessage'>> = (body) => ({
  type: 'list',
  ...said({ text: body.description, title: body.title, footer: body.footerText, buttonText: body.buttonText }),
  sections: (body.sections ?? []).map(({ title, rows }) => ({
    ...said({ title }),
    rows: (rows ?? []).map((row) => said({ id: row.rowId, title: row.title, description: row.description })),
  })),
})

export const buttonReply: Describer<BodyOf<'buttonsResponseMessage'>> = (body) => ({
  type: 'buttonReply',
  ...said({ text: body.selectedDisplayText, selectedId: body.selectedButtonId }),
})

export const templateReply: Describer<BodyOf<'templateButtonReplyMessage'>> = (body) => ({
  type: 'buttonReply',
  ...said({ text: body.selectedDisplayText, selectedId: body.selectedId, index: body.selectedIndex }),
})

export const listReply: Describer<BodyOf<'listResponseMessage'>> = (body) => ({
  type: 'listReply',
  ...said({ text: body.title, selectedId: body.singleSelectReply?.selectedRowId, description: body.description }),
})

export const flowReply: Describer<BodyOf<'interactiveResponseMessage'>> = (body) => ({
  type: 'interactiveReply',
  ...said({ text: body.body?.text, name: body.nativeFlowResponseMessage?.name }),
  ...said({ params: body.nativeFlowResponseMessage?.paramsJson }),
})

function templateButton(button: proto.IHydratedTemplateButton): ShownButton {
  const { quickReplyButton: reply, urlButton: link, callButton: call } = button
  if (reply) return { kind: 'reply', ...said({ id: reply.id, text: reply.displayText }) }
  if (link) return { kind: 'url', ...said({ text: link.displayText, url: link.url }) }
  return { kind: 'call', ...said({ text: call?.displayText, phone: call?.phoneNumber }) }
}

/** The parameters of a native-flow button that every kind of it shares. */
interface FlowParameters {
  id?: string
  display_text?: string
  url?: string
  phone_number?: string
}

function parameters(json: string | null | undefined): FlowParameters {
  try {
    return JSON.parse(json ?? '{}') as FlowParameters
  } catch {
    return {}
  }
}

/** The header's media, where there is any. */
async function header(
  body: Pick<BodyOf<'buttonsMessage'>, 'imageMessage' | 'videoMessage' | 'documentMessage'>,
  context: DescribeContext,
): Promise<{ header?: string; sha256?: string; mimetype?: string; mediaError?: string }> {
  if (body.imageMessage) return { header: 'image', ...(await file(body.imageMessage, 'image', context)) }
  if (body.videoMessage) return { header: 'video', ...(await file(body.videoMessage, 'video', context)) }
  if (body.documentMessage) return { header: 'document', ...(await file(body.documentMessage, 'document', context)) }
  return {}
}
