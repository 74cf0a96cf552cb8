import type { proto } from 'baileys'
import type { Reader } from './reader.ts'

/** A poll; which of its versions it is only says how many options may be chosen. */
export const readPoll: Reader<proto.Message.IPollCreationMessage> = (part) => ({
  content: {
    type: 'poll',
    question: part.name ?? '',
    options: (part.options ?? []).map(({ optionName }) => optionName ?? ''),
    selectable: part.selectableOptionsCount ?? 0,
  },
})
