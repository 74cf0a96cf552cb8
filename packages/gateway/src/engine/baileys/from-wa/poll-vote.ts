import { createHash } from 'node:crypto'
import { decryptPollVote, jidNormalizedUser, normalizeMessageContent, proto } from 'baileys'
import { type ReadContext, type Reader, targetOf } from './reader.ts'

/**
 * A vote. What was chosen is encrypted with the secret of the poll, so it can be read where this session sent the poll
 * and still has its bytes.
 */
export const readPollVote: Reader<proto.Message.IPollUpdateMessage> = async (part, context) => {
  const target = targetOf(part.pollCreationMessageKey, context)
  if (!target) return undefined
  const options = target.fromMe && part.vote ? await chosen(target.waId, part.vote, context) : undefined
  return { content: { type: 'pollVote', target, ...(options ? { options } : {}) } }
}

async function chosen(
  pollMsgId: string,
  vote: proto.Message.IPollEncValue,
  context: ReadContext,
): Promise<string[] | undefined> {
  const bytes = await context.sentProto(pollMsgId)
  const message = bytes && proto.Message.decode(bytes)
  const pollEncKey = message?.messageContextInfo?.messageSecret
  const content = normalizeMessageContent(message)
  const poll = content?.pollCreationMessage ?? content?.pollCreationMessageV2 ?? content?.pollCreationMessageV3
  if (!pollEncKey || !poll) return undefined
  const names = new Map((poll.options ?? []).map(({ optionName }) => [hashOf(optionName ?? ''), optionName ?? '']))
  for (const { pollCreatorJid, voterJid } of addressings(context)) {
    const read = decrypted(vote, { pollCreatorJid, pollMsgId, pollEncKey, voterJid })
    if (read) return (read.selectedOptions ?? []).flatMap((hash) => names.get(Buffer.from(hash).toString('hex')) ?? [])
  }
  return undefined
}

/** The key follows from how voter and author were addressed, by number or by LID, which the message does not say. */
function addressings({ head, me }: ReadContext): { pollCreatorJid: string; voterJid: string }[] {
  const own = [me.id, me.lid].flatMap((jid) => (jid ? jidNormalizedUser(jid) : []))
  const others = head.fromMe ? own : [head.participant ?? head.chat, head.senderAlt].filter((jid) => jid !== null)
  return own.flatMap((pollCreatorJid) => others.map((voterJid) => ({ pollCreatorJid, voterJid })))
}

function decrypted(
  vote: proto.Message.IPollEncValue,
  keys: Parameters<typeof decryptPollVote>[1],
): proto.Message.IPollVoteMessage | undefined {
  try {
    return decryptPollVote(vote, keys)
  } catch {
    return undefined
  }
}

function hashOf(option: string): string {
  return createHash('sha256').update(option).digest('hex')
}
