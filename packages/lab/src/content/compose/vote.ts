import { createCipheriv, createHash, createHmac } from 'node:crypto'
import { proto } from 'baileys'
import { Type } from 'typebox'
import { badRequest } from '../../world/errors.ts'
import { isGroupRecord } from '../../world/model.ts'
import { unwrap } from '../unwrap.ts'
import { composer } from './composer.ts'
import { authorJid, keyOf, target } from './target.ts'

const Vote = Type.Object(
  {
    /** The message with the poll. */
    id: Type.String({ minLength: 1 }),
    /** What is chosen, as the poll words it; nothing to take the vote back. */
    options: Type.Array(Type.String()),
  },
  { additionalProperties: false },
)

const IV_BYTES = 12

/** A vote in a poll: hashes of the chosen options, encrypted with a key that follows from the poll's secret. */
export const vote = composer('vote', Vote, (content, context) => {
  const known = target(content.id, context, 'vote.id')
  const { content: poll } = unwrap(known.message)
  const { options } = poll.pollCreationMessage ?? poll.pollCreationMessageV2 ?? poll.pollCreationMessageV3 ?? {}
  const secret = known.message.messageContextInfo?.messageSecret ?? poll.messageContextInfo?.messageSecret
  if (!options || !secret) throw badRequest('vote.id: that message is no poll')
  const stranger = content.options.find((name) => !options.some(({ optionName }) => optionName === name))
  if (stranger !== undefined) throw badRequest(`vote.options: the poll has no option ${stranger}`)
  const selectedOptions = content.options.map((name) => createHash('sha256').update(name).digest())
  const plain = proto.Message.PollVoteMessage.encode({ selectedOptions }).finish()
  const voter = isGroupRecord(context.chat) ? context.sender.lidJid() : context.sender.jid()
  const key = voteKey(Buffer.from(secret), known.id, authorJid(known, context), voter)
  const encIv = context.sender.random.bytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, encIv).setAAD(Buffer.from(`${known.id}\0${voter}`))
  const encPayload = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  const pollUpdateMessage = {
    pollCreationMessageKey: keyOf(known, context),
    vote: { encPayload, encIv },
    senderTimestampMs: context.now,
  }
  return { message: { pollUpdateMessage }, type: 'poll' }
})

/** HKDF-SHA256 of the poll's secret without salt; the purpose names the poll, its author and the voter. */
function voteKey(secret: Buffer, id: string, author: string, voter: string): Buffer {
  const extracted = createHmac('sha256', Buffer.alloc(32)).update(secret).digest()
  return createHmac('sha256', extracted)
    .update(`${id}${author}${voter}Poll Vote`)
    .update(Buffer.from([1]))
    .digest()
}
