import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** A fenced block of a page, with what the HTML comments right above it say of how it is tried. */
export interface Block {
  page: string
  /** Of the opening fence, from 1. */
  line: number
  language: string
  code: string
  /** `<!-- not run: why -->` */
  notRun?: string
  /** `<!-- runs until stopped -->`: a server or a stream, ended with its page. */
  isEndless: boolean
  /** `<!-- prints: text -->`: what one that runs until it is stopped must have printed by then. */
  prints?: string
  /** `<!-- before: what happens meanwhile -->` */
  before?: string
  /** `<!-- keeps: NAME=path.to.field … -->`: variables of later blocks, out of the JSON that this one prints. */
  keeps: [name: string, path: string][]
  /** `<!-- answer: path.to.it -->`: JSON that looks like what the block before printed, or like a part of that. */
  answer?: string
}

/** The pages whose blocks are run: the READMEs and everything below docs/, in the order of their names. */
export function pages(): string[] {
  const below = readdirSync(`${ROOT}docs`, { recursive: true, encoding: 'utf8' })
  return ['README.md', 'README.id.md', ...below.map((path) => `docs/${path}`)]
    .filter((path) => path.endsWith('.md'))
    .sort()
}

/** Every fenced block of a page, in order. */
export function blocksOf(page: string): Block[] {
  const lines = readFileSync(ROOT + page, 'utf8').split('\n')
  const blocks: Block[] = []
  let notes: string[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    const note = /^\s*<!-- (.*) -->$/.exec(line)?.[1]
    const fence = /^(\s*)```(\S*)/.exec(line)
    if (note) notes.push(note)
    else if (fence) {
      const [, indent = '', language = ''] = fence
      const end = lines.findIndex((text, index) => index > at && text.trimEnd() === `${indent}\`\`\``)
      if (end < 0) throw new Error(`${page}:${at + 1}: the block has no end`)
      const code = lines.slice(at + 1, end).map((text) => text.slice(indent.length))
      blocks.push({ page, line: at + 1, language, code: `${code.join('\n')}\n`, ...read(notes) })
      notes = []
      at = end
    } else if (line.trim()) notes = []
  }
  return blocks
}

function read(notes: string[]): Pick<Block, 'notRun' | 'isEndless' | 'prints' | 'before' | 'keeps' | 'answer'> {
  const said = (name: string) => notes.find((note) => note.startsWith(`${name}: `))?.slice(name.length + 2)
  const notRun = said('not run')
  const before = said('before')
  const prints = said('prints')
  const answer = notes.includes('answer') ? '' : said('answer')
  const keeps = (said('keeps') ?? '').split(' ').filter(Boolean)
  return {
    ...(notRun === undefined ? {} : { notRun }),
    ...(before === undefined ? {} : { before }),
    ...(prints === undefined ? {} : { prints }),
    ...(answer === undefined ? {} : { answer }),
    isEndless: notes.includes('runs until stopped'),
    keeps: keeps.map((text) => {
      const [name = '', path = ''] = text.split('=')
      return [name, path]
    }),
  }
}
