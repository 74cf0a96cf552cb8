import type { WASocket } from 'baileys'
import { AckTimeout, Refused } from '../port.ts'
import { isConnectionLoss } from './sender.ts'
import { isUnanswered } from './unanswered.ts'

export interface ActionsContext {
  /** The open socket; throws where there is none. */
  sock(): WASocket
  /** The answer, or ConnectionLost as soon as the connection ends. */
  ask<T>(answer: Promise<T>): Promise<T>
}

/** Asks the server something. Rejects with {@link Refused}, {@link AckTimeout} or ConnectionLost. */
export async function query<T>({ sock, ask }: ActionsContext, work: (sock: WASocket) => Promise<T>): Promise<T> {
  try {
    return await ask(work(sock()))
  } catch (error) {
    throw refusal(error) ?? error
  }
}

/** What an error of a query says: the server's refusal, or that no answer came (Baileys then reads from nothing). */
function refusal(error: unknown): Error | undefined {
  if (isConnectionLoss(error)) return undefined
  if (isUnanswered(error)) return new AckTimeout('no answer came', { cause: error })
  const code = (error as { data?: unknown } | undefined)?.data
  if (typeof code === 'number') return new Refused(String(code), { cause: error })
  const status = (error as { output?: { statusCode?: number } } | undefined)?.output?.statusCode
  if (error instanceof TypeError || status === 408) return new AckTimeout('no answer came', { cause: error })
  return undefined
}
