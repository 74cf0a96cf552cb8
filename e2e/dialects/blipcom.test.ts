import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, json } from '../support/api.ts'
import { clientOf } from '../support/client.ts'
import { type CurlAnswer, runCurl } from '../support/curl.ts'
import { type RunningSandbox, startSandbox } from '../support/sandbox.ts'

/** The lines of document 000 (Blipcom), as they stand there. */
const SAMPLES = {
  token: `curl \\
-X POST https://wa-api.blipcom.id/token \\
-F 'grant_type=client_credentials' \\
-F 'client_id=your_clinet_id' \\
-H 'client_secret=your_client_secret' \\`,
  find: `curl --location 'https://wa-api.blipcom.id/api/v1/whatsapp/find/BLIPCOM' \\
--header 'Content-Type: application/json' \\
--header 'Authorization: Bearer sPQRjDMdd2hgc8Tfd5yguNCX12GioZKrnGDavMiHPo'`,
  add: `curl --location 'https://wa-api.blipcom.id/api/v1/whatsapp/sessions/add' \\
--header 'Authorization: Bearer hwU50834NQfYQaqqGaoRc5yurIewU4ay3st2PoiCJA' \\
--header 'Content-Type: application/json' \\
--data '{
"id": "BLIPCOM",
"phone_number":"628195555205"
}'`,
}
const HOST = 'https://wa-api.blipcom.id'
const PHONE = '628195555205'
const CALL_ID = expect.stringMatching(/^API_CALL_\d{15}_\d{7}$/)

describe('document 000: Blipcom', () => {
  let sandbox: RunningSandbox
  let gateway: string
  let lab: string
  let client: { client_id: string; client_secret: string }
  let token: string

  beforeAll(async () => {
    sandbox = await startSandbox()
    gateway = sandbox.contract.gateway
    lab = sandbox.contract.lab
    client = sandbox.contract.keys.blipcom
    await json('POST', `${lab}/phones`, { body: { phone: PHONE } })
    token = String(((await tokenBy({ body: JSON.stringify(formOf()) })).body as { accessToken: string }).accessToken)
  })
  afterAll(() => sandbox?.stop())

  function formOf() {
    return { grant_type: 'client_credentials', ...client }
  }

  async function tokenBy(init: { body?: string | FormData; headers?: Record<string, string> }): Promise<CurlAnswer> {
    const response = await fetch(`${gateway}/token`, { method: 'POST', ...init })
    const text = await response.text()
    return { status: response.status, text, body: JSON.parse(text) }
  }

  async function add(body: unknown, path = '/api/v1/whatsapp/sessions/add') {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const response = await fetch(gateway + path, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, body: (await response.json()) as { message_data: Record<string, unknown> } }
  }

  const granted = {
    accessToken: expect.stringMatching(/^[A-Za-z0-9]{42}$/),
    expiresIn: 900,
    responseCode: '2007300',
    responseMessage: 'Successful',
    tokenType: 'Bearer',
  }

  test('the token sample, whose secret is no header as it stands, is told that the secret is missing', async () => {
    const words = { [HOST]: gateway, your_clinet_id: client.client_id, your_client_secret: client.client_secret }
    const answer = await runCurl(SAMPLES.token, words)
    expect(answer).toMatchObject({
      status: 400,
      body: { responseCode: '4007302', responseMessage: expect.any(String) },
    })
  })

  test('the token sample is granted with the secret as a header, and as a form field', async () => {
    const words = { [HOST]: gateway, your_clinet_id: client.client_id }
    const asHeader = { ...words, 'client_secret=your_client_secret': `client_secret: ${client.client_secret};` }
    expect(await runCurl(SAMPLES.token, asHeader)).toMatchObject({ status: 200, body: granted })
    const asField = { ...words, "-H 'client_secret=your_client_secret'": `-F 'client_secret=${client.client_secret}'` }
    const answer = await runCurl(SAMPLES.token, asField)
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual(granted)
  })

  test('a token is granted to a form, to JSON under any content type and to HTTP Basic', async () => {
    const form = new URLSearchParams(formOf()).toString()
    const formType = { 'content-type': 'application/x-www-form-urlencoded' }
    expect(await tokenBy({ body: form, headers: formType })).toMatchObject({ status: 200, body: granted })
    expect(await tokenBy({ body: JSON.stringify(formOf()), headers: formType })).toMatchObject({ status: 200 })
    expect(await tokenBy({ body: JSON.stringify(formOf()) })).toMatchObject({ status: 200 })
    const basic = Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')
    const headers = { ...formType, authorization: `Basic ${basic}` }
    expect(await tokenBy({ body: 'grant_type=client_credentials', headers })).toMatchObject({ status: 200 })
  })

  test('a token that cannot be granted has its code', async () => {
    const cases: [Record<string, string>, number, string][] = [
      [{ ...formOf(), client_secret: 'wrong' }, 401, '4017300'],
      [{ ...formOf(), client_id: 'nobody' }, 401, '4017300'],
      [{ grant_type: 'client_credentials', client_id: client.client_id }, 400, '4007302'],
      [{ client_id: client.client_id, client_secret: client.client_secret }, 400, '4007302'],
      [{ ...formOf(), grant_type: 'password' }, 400, '4007301'],
      [{}, 400, '4007302'],
    ]
    for (const [fields, status, responseCode] of cases) {
      const answer = await tokenBy({ body: JSON.stringify(fields) })
      expect(answer.status, JSON.stringify(fields)).toBe(status)
      expect(answer.body).toEqual({ responseCode, responseMessage: expect.any(String) })
    }
    const wrong = await tokenBy({ body: JSON.stringify({ ...formOf(), client_secret: 'wrong' }) })
    expect(wrong.body).toMatchObject({ responseMessage: 'Unauthorized. Invalid client' })
  })

  test('the add sample creates the session and answers its QR code; find finds it', async () => {
    const words = { [HOST]: gateway, hwU50834NQfYQaqqGaoRc5yurIewU4ay3st2PoiCJA: token }
    const { status, body } = await runCurl(SAMPLES.add, words)
    expect(status).toBe(200)
    expect(body).toEqual({
      message_action: 'ADD_WHATSAPP_SESSION_SUCCESS',
      message_code: '4008001',
      message_data: {
        status: true,
        responseCode: '00',
        responseDescription: 'QR code received, please scan the QR code.',
        qr: expect.stringMatching(/^[^,]+(,[^,]+){3,}$/),
        qr_image: expect.stringMatching(/^data:image\/png;base64,/),
        pairing_code: expect.stringMatching(/^[A-Z0-9]{8}$/),
      },
      message_desc: 'GET INFORMATION WHATSAPP SESSION',
      message_id: CALL_ID,
    })
    const found = await runCurl(SAMPLES.find, { [HOST]: gateway, sPQRjDMdd2hgc8Tfd5yguNCX12GioZKrnGDavMiHPo: token })
    expect(found.status).toBe(200)
    expect(found.body).toEqual({
      message_action: 'GET_WHATSAPP_SESSION_SUCCESS',
      message_code: 200,
      message_data: { responseCode: '00', responseDescription: 'Session found.', status: true, status_code: 200 },
      message_desc: 'GET INFORMATION WHATSAPP SESSION',
      message_id: CALL_ID,
    })
  })

  test('a phone that scans the QR of the other path connects the session, and adding it again says so', async () => {
    const { body } = await add({ id: 'BLIPCOM' }, '/api/v1/whatsapp/add')
    expect(body.message_data).not.toHaveProperty('pairing_code')
    await json('POST', `${lab}/phones/${PHONE}/scan`, { body: { qr: body.message_data.qr } })
    const again = await eventually('the session to be connected', async () => {
      const answer = await add({ id: 'BLIPCOM', phone_number: PHONE })
      return answer.body.message_data.qr === null && answer
    })
    expect(again).toMatchObject({
      status: 200,
      body: {
        message_action: 'ADD_WHATSAPP_SESSION_SUCCESS',
        message_code: '4008001',
        message_data: {
          status: true,
          responseCode: '00',
          responseDescription: 'Session already connected.',
          qr: null,
        },
      },
    })
    const params = { path: { session: 'BLIPCOM' } }
    const native = await clientOf(sandbox.contract).get('/v1/sessions/{session}', { params })
    expect(native).toMatchObject({ id: 'BLIPCOM', status: 'connected', phone: PHONE })
  })

  test('a pairing code that was answered connects the phone that types it', async () => {
    const phone = '628195555206'
    await json('POST', `${lab}/phones`, { body: { phone } })
    const { body } = await add({ id: 'by-code', phone_number: '0819-5555-206' })
    await json('POST', `${lab}/phones/${phone}/enter-code`, { body: { code: body.message_data.pairing_code } })
    await eventually('the session to be connected', async () => {
      return (await add({ id: 'by-code' })).body.message_data.responseDescription === 'Session already connected.'
    })
  })

  test('the table of errors: HTTP status, service, case and text', async () => {
    const find = async (path: string) => {
      const response = await fetch(`${gateway}/api/v1/whatsapp/find${path}`, {
        headers: { authorization: `Bearer ${token}` },
      })
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    }
    const failed = (action: string, responseCode: string, responseDescription: string) => ({
      status: 400,
      body: {
        message_action: `${action}_WHATSAPP_SESSION_FAILED`,
        message_code: `40024${responseCode}`,
        message_data: {
          responseCode,
          responseDescription,
          status: false,
          ...(action === 'GET' ? { status_code: 400 } : {}),
        },
        message_desc: 'GET INFORMATION WHATSAPP SESSION',
        message_id: CALL_ID,
      },
    })
    expect(await find('')).toEqual(failed('GET', '01', 'WHATSAPP ID REQUIRED'))
    expect(await find('/')).toEqual(failed('GET', '01', 'WHATSAPP ID REQUIRED'))
    expect(await find('/NOBODY')).toEqual(failed('GET', '02', 'WHATSAPP SESSION NOT FOUND'))
    const invalid = failed('ADD', '03', 'Whatsapp ID / Phone Number required')
    for (const body of [{}, { id: '' }, { id: 'a b' }, { id: 'x', phone_number: 'abc' }, []]) {
      expect(await add(body), JSON.stringify(body)).toEqual(invalid)
    }
  })
})
