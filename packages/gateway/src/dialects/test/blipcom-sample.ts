import { expect } from 'vitest'
import type { DialectSample } from '../conformance.ts'
import type { DialectWorld } from './world.ts'

const TOKEN_MS = 900_000

async function headers(world: DialectWorld) {
  const client = await world.key('blipcom')
  if (client.form !== 'client') throw new Error('blipcom has clients')
  return { authorization: `Bearer ${await world.gateway.access.issueToken('blipcom', client, TOKEN_MS)}` }
}

function failure(action: 'GET' | 'ADD', code: string, responseCode: string, text?: string) {
  return {
    message_action: `${action}_WHATSAPP_SESSION_FAILED`,
    message_code: code,
    message_data: {
      responseCode,
      responseDescription: text ?? expect.any(String),
      status: false,
      ...(action === 'GET' ? { status_code: Number(code.slice(0, 3)) } : {}),
    },
    message_desc: 'GET INFORMATION WHATSAPP SESSION',
    message_id: expect.stringMatching(/^API_CALL_\d{15}_\d{7}$/),
  }
}

async function find(world: DialectWorld, id: string) {
  return { method: 'GET', path: `/api/v1/whatsapp/find/${id}`, headers: await headers(world) }
}

async function add(world: DialectWorld, body: unknown) {
  return { method: 'POST', path: '/api/v1/whatsapp/sessions/add', headers: await headers(world), body }
}

/** Document 000. It sends no messages, so that nothing is ever "not connected" or "not registered". */
export const blipcomSample: DialectSample = {
  good: async (world) => ({
    request: await find(world, 'shop'),
    status: 200,
    body: {
      message_action: 'GET_WHATSAPP_SESSION_SUCCESS',
      message_code: 200,
      message_data: { responseCode: '00', responseDescription: 'Session found.', status: true, status_code: 200 },
      message_desc: 'GET INFORMATION WHATSAPP SESSION',
      message_id: expect.stringMatching(/^API_CALL_\d{15}_\d{7}$/),
    },
  }),
  send: null,
  situations: {
    noCredential: async (world) => ({
      request: { ...(await find(world, 'shop')), headers: {} },
      status: 401,
      body: failure('GET', '4012400', '4012400'),
    }),
    badCredential: async (world) => ({
      request: { ...(await find(world, 'shop')), headers: { authorization: 'Bearer wrong' } },
      status: 401,
      body: failure('GET', '4012400', '4012400'),
    }),
    foreignSession: async (world) => ({
      request: await find(world, world.foreign),
      status: 400,
      body: failure('GET', '4002402', '02', 'WHATSAPP SESSION NOT FOUND'),
    }),
    badBody: async (world) => ({
      request: await add(world, { id: '../etc' }),
      status: 400,
      body: failure('ADD', '4002403', '03', 'Whatsapp ID / Phone Number required'),
    }),
    notConnected: null,
    notRegistered: null,
    badMedia: null,
    timeout: null,
    internal: async (world) => ({
      request: await find(world, 'shop'),
      status: 500,
      body: failure('GET', '5002400', '5002400'),
    }),
  },
  error: (status) => failure('GET', `${status}2400`, `${status}2400`),
  unknownPath: '/api/v1/whatsapp/nothing',
}
