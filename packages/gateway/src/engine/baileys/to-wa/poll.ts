import type { proto } from 'baileys'
import type { PollContent } from '../../../core/content.ts'
import { type ComposeContext, withContext, withSecret } from './context.ts'

/** A poll; the single-choice one is a version of its own. Votes are encrypted with the message's secret. */
export function pollMessage(content: PollContent, context: ComposeContext): proto.IMessage {
  const { question, options, selectable } = content
  const poll = {
    name: question,
    options: options.map((optionName) => ({ optionName })),
    selectableOptionsCount: selectable,
    ...withContext({}, context),
  }
  return {
    ...(selectable === 1 ? { pollCreationMessageV3: poll } : { pollCreationMessage: poll }),
    ...withSecret(context),
  }
}
