import { type BodyOf, type Describer, said } from './describer.ts'

export const poll: Describer<BodyOf<'pollCreationMessage'>> = (body) => ({
  type: 'poll',
  ...said({ text: body.name, question: body.name }),
  options: (body.options ?? []).map(({ optionName }) => optionName ?? ''),
  selectable: body.selectableOptionsCount ?? 0,
})

/** A vote; what was voted for is encrypted for the poll's author and voters. */
export const pollVote: Describer<BodyOf<'pollUpdateMessage'>> = (body) => ({
  type: 'pollVote',
  ...said({ target: body.pollCreationMessageKey?.id }),
})
