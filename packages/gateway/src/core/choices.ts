import type { ButtonsContent, ListContent, ReplyContent } from './content.ts'

interface Choice {
  id: string
  title: string
  description?: string
}

/** What can be chosen, in the order of its numbers: rows of all sections, or reply buttons. */
function choicesOf(content: ListContent | ButtonsContent): Choice[] {
  if (content.type === 'list') return content.sections.flatMap(({ rows }) => rows)
  return content.buttons.flatMap((button) => (button.kind === 'reply' ? [button] : []))
}

/** The text that goes without buttons: the choices with their numbers under it, links and numbers to call after them. */
export function numberedText(content: ListContent | ButtonsContent): string {
  const heading = content.type === 'list' ? content.title : content.header
  const whole = [heading && `*${heading}*`, bodyText(content), content.footer && `_${content.footer}_`]
  return whole.filter(Boolean).join('\n\n')
}

/** The body of an interactive message: its text with the numbered choices, for those whose phone shows no buttons. */
export function bodyText(content: ListContent | ButtonsContent): string {
  return [content.text, content.type === 'list' ? listLines(content) : buttonLines(content)]
    .filter(Boolean)
    .join('\n\n')
}

function listLines({ sections }: ListContent): string {
  let number = 0
  const blocks = sections.map(({ title, rows }) => {
    const lines = rows.map((row) => {
      number += 1
      return `${number}. ${row.title}${row.description ? ` – ${row.description}` : ''}`
    })
    return [...(sections.length > 1 && title ? [`*${title}*`] : []), ...lines].join('\n')
  })
  return blocks.join('\n\n')
}

function buttonLines({ buttons }: ButtonsContent): string {
  let number = 0
  const lines = buttons.map((button) => {
    switch (button.kind) {
      case 'reply':
        number += 1
        return `${number}. ${button.title}`
      case 'url':
        return `${button.title}: ${button.url}`
      case 'call':
        return `${button.title}: +${button.phone}`
      default:
        return button satisfies never
    }
  })
  return lines.join('\n')
}

/** Whether a text may be the number of a choice, so that it is worth asking what was offered. */
export function looksLikeChoice(text: string): boolean {
  return choiceNumber(text) !== undefined
}

/** What somebody chose who answered with a choice's number; undefined where the text names none. */
export function choiceBy(text: string, offered: ListContent | ButtonsContent): ReplyContent | undefined {
  const choice = choicesOf(offered)[(choiceNumber(text) ?? 0) - 1]
  if (!choice) return undefined
  return { type: offered.type === 'list' ? 'listReply' : 'buttonReply', id: choice.id, title: choice.title, text }
}

/** `2`, `2.` and `2)` are 2. */
function choiceNumber(text: string): number | undefined {
  const digits = /^\s*(\d{1,3})\s*[.)]?\s*$/.exec(text)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
