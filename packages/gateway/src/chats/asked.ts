import { KurirError } from '../core/errors.ts'
import { AckTimeout, Refused } from '../engine/port.ts'

/** What an engine answers about a group, with its refusals in words for callers. */
export async function askedOfGroup<Value>(answer: Promise<Value>): Promise<Value> {
  try {
    return await asked(answer)
  } catch (error) {
    const refused = error instanceof KurirError && error.cause instanceof Refused ? error.cause : undefined
    if (refused?.code === '404') throw new KurirError('group_not_found', undefined, { cause: refused })
    throw error
  }
}

/** What an engine answers, with its refusals in words for callers. */
export async function asked<Value>(answer: Promise<Value>): Promise<Value> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof AckTimeout) throw new KurirError('timeout', undefined, { cause: error })
    if (!(error instanceof Refused)) throw error
    throw new KurirError('refused_by_whatsapp', `WhatsApp refused it with code ${error.code}`, { cause: error })
  }
}
