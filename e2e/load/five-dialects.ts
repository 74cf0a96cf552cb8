import { json } from '../support/api.ts'
import { clientOf } from '../support/client.ts'
import type { Contract } from '../support/sandbox.ts'

type Session = Contract['sessions'][number]

/** One client of one API. Clients that send have a session of their own. */
export interface DialectClient {
  dialect: string
  session: Session
  isSending: boolean
  /** One request as the API's document has it; `to` and `text` count only where the client sends. Rejects unless it is answered with success. */
  request: (to: string, text: string) => Promise<void>
}

/** What a client needs beside its session's keys. */
interface Recipe {
  dialect: string
  /** Undefined where the sandbox gives no key of this API. */
  request: (contract: Contract, session: Session) => DialectClient['request'] | undefined
}

const SENDERS: Recipe[] = [
  { dialect: 'blazwa', request: blazwa },
  { dialect: 'sessions', request: sessions },
  { dialect: 'bots', request: bots },
  { dialect: 'chatbot', request: chatbot },
  { dialect: 'native', request: native },
]

/**
 * A client of each API that sends, each with one of the sandbox's five sessions, and one of blipcom, which only asks.
 * APIs that the sandbox gives no key of are named in `missing`.
 */
export async function dialectClients(contract: Contract): Promise<{ clients: DialectClient[]; missing: string[] }> {
  const clients: DialectClient[] = []
  const missing: string[] = []
  for (const [index, { dialect, request }] of SENDERS.entries()) {
    const session = contract.sessions[index]
    if (!session) throw new Error(`the sandbox has no session for ${dialect}`)
    const send = request(contract, session)
    if (send) clients.push({ dialect, session, isSending: true, request: send })
    else missing.push(dialect)
  }
  const [session] = contract.sessions
  const find = session && (await blipcom(contract, session))
  if (session && find) clients.push({ dialect: 'blipcom', session, isSending: false, request: find })
  else missing.push('blipcom')
  return { clients, missing }
}

function blazwa({ gateway }: Contract, { keys }: Session): DialectClient['request'] | undefined {
  if (!keys.blazwa) return undefined
  return async (to, text) => {
    const headers = { 'x-api-key': keys.blazwa }
    const body = { phoneNumber: to, message: text }
    const { code } = await json<{ code: number }>('POST', `${gateway}/openapi/wa/message`, { headers, body })
    if (code !== 20001) throw new Error(`blazwa answered the code ${code}`)
  }
}

function sessions({ gateway, keys }: Contract, { id }: Session): DialectClient['request'] | undefined {
  if (!keys.sessions) return undefined
  return async (to, text) => {
    const options = { headers: { 'x-api-key': keys.sessions }, body: { to, message: text } }
    const { success } = await json<{ success: boolean }>('POST', `${gateway}/api/sessions/${id}/send`, options)
    if (success !== true) throw new Error('sessions answered without success')
  }
}

function bots({ gateway }: Contract, { keys }: Session): DialectClient['request'] | undefined {
  if (!keys.bots) return undefined
  const { session_id, access_token } = keys.bots
  const query = new URLSearchParams({ session_id, access_token })
  return async (to, text) => {
    const body = { to, message: text }
    const { status } = await json<{ status: boolean }>('POST', `${gateway}/whatsapp/sendText?${query}`, { body })
    if (status !== true) throw new Error('bots answered without success')
  }
}

function chatbot({ gateway }: Contract, { keys }: Session): DialectClient['request'] | undefined {
  if (!keys.chatbot) return undefined
  return async (to, text) => {
    const options = { headers: { secretkey: keys.chatbot }, body: { nohp: to, pesan: text } }
    const { success } = await json<{ success: boolean }>('POST', `${gateway}/api/sendwa`, options)
    if (success !== true) throw new Error('chatbot answered without success')
  }
}

function native(contract: Contract, { id }: Session): DialectClient['request'] {
  const kurir = clientOf(contract)
  return async (to, text) => {
    await kurir.send(id, { to, type: 'text', text }, { wait: 20_000 })
  }
}

async function blipcom({ gateway, keys }: Contract, { id }: Session): Promise<DialectClient['request'] | undefined> {
  if (!keys.blipcom) return undefined
  const body = { grant_type: 'client_credentials', ...keys.blipcom }
  const { accessToken: key } = await json<{ accessToken: string }>('POST', `${gateway}/token`, { body })
  return async () => {
    const found = await json<{ message_data: { status: boolean } }>('GET', `${gateway}/api/v1/whatsapp/find/${id}`, {
      key,
    })
    if (found.message_data.status !== true) throw new Error('blipcom did not find the session')
  }
}
