import { afterAll, beforeAll, expect, test } from 'vitest'
import { json } from './support/api.ts'
import { type RunningSandbox, startSandbox } from './support/sandbox.ts'

interface SessionKeys {
  blazwa: string
  chatbot: string
  bots: { token: string; session_id: string; access_token: string }
}
type Keys = SessionKeys & { blipcom: { client_id: string; client_secret: string }; sessions: string }

let sandbox: RunningSandbox
beforeAll(async () => {
  sandbox = await startSandbox(['--sessions', '2'])
})
afterAll(() => sandbox?.stop())

test('the sandbox’s keys of dialects open what they stand for: a tenant, or their own session', async () => {
  const { gateway, session, keys } = sandbox.contract
  const sessions = sandbox.contract.sessions as { id: string; phone: string; keys: SessionKeys }[]
  const { blipcom, sessions: key, blazwa, bots, chatbot } = keys as unknown as Keys
  expect(sessions.map(({ id }) => id)).toEqual([session, 'demo-2'])
  expect(sessions[0]?.keys).toEqual({ blazwa, bots, chatbot })

  const counts = await json('GET', `${gateway}/api/sessions`, { headers: { 'x-api-key': key } })
  expect(counts).toMatchObject({ counts: { total: 2, connected: 2 } })
  const token = await json('POST', `${gateway}/token`, { body: { grant_type: 'client_credentials', ...blipcom } })
  expect(token).toMatchObject({ responseCode: '2007300' })
  const list = await json<{ data: { session_id: string }[] }>('GET', `${gateway}/whatsapp`, { key: bots.token })
  expect(list.data.map(({ session_id }) => session_id).toSorted()).toEqual(
    sessions.map((each) => each.keys.bots.session_id).toSorted(),
  )
  for (const { phone, keys: own } of sessions) {
    const { session_id, access_token } = own.bots
    const query = new URLSearchParams({ session_id, access_token })
    expect(await json('GET', `${gateway}/whatsapp/instance?${query}`)).toMatchObject({
      data: { instance_data: { instance_key: session_id, user: { id: `${phone}@s.whatsapp.net` } } },
    })
    const status = await json('POST', `${gateway}/openapi/wa/status`, { headers: { 'x-api-key': own.blazwa } })
    expect(status).toMatchObject({ status: 'connected' })
    const shown = await json('POST', `${gateway}/api/getqr`, { headers: { secretkey: own.chatbot } })
    expect(shown).toMatchObject({ message: { qrcode: '', number: phone } })
  }
})
