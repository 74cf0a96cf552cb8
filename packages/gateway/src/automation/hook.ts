import { text } from 'node:stream/consumers'
import { SafeFetchError } from '../safe-fetch/errors.ts'
import type { SafeFetch } from '../safe-fetch/safe-fetch.ts'
import type { HookBody } from './hook-body.ts'
import type { Reply } from './ports.ts'
import { readReplyArray } from './reply-array.ts'

/** How asking a rule's webhook ended. `retry`: nobody knows whether it was heard, or it asked for patience. */
export type HookOutcome = { kind: 'replies'; replies: Reply[] } | { kind: 'failed'; reason: string; retry: boolean }

const TIMEOUT_MS = 15_000
const LARGEST_ANSWER_BYTES = 256 * 1024

export interface HookCall {
  url: string
  body: HookBody
  /** The same for every attempt of one message, so that the other side can tell a repetition. */
  key: string
  userAgent: string
  signal: AbortSignal
}

/** Asks a rule's webhook what to reply. Redirects are not followed. */
export async function callHook(http: Pick<SafeFetch, 'fetch'>, call: HookCall): Promise<HookOutcome> {
  try {
    const answer = await http.fetch(call.url, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'idempotency-key': call.key,
        'user-agent': call.userAgent,
      },
      body: Buffer.from(JSON.stringify(call.body)),
      timeoutMs: TIMEOUT_MS,
      maxBytes: LARGEST_ANSWER_BYTES,
      signal: call.signal,
    })
    const { status } = answer
    if (status < 200 || status > 299) {
      answer.body.destroy()
      return { kind: 'failed', reason: `webhook_status_${status}`, retry: status >= 500 || status === 429 }
    }
    const replies = readReplyArray(await text(answer.body))
    return replies ? { kind: 'replies', replies } : { kind: 'failed', reason: 'webhook_no_json', retry: false }
  } catch (error) {
    if (!(error instanceof SafeFetchError)) throw error
    return { kind: 'failed', reason: `webhook_${error.reason}`, retry: MAY_PASS.has(error.reason) }
  }
}

const MAY_PASS: ReadonlySet<string> = new Set(['dns_failed', 'connection_failed', 'timeout'])
