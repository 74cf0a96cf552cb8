import { expect } from 'vitest'
import type { DialectSample } from '../conformance.ts'
import { type DialectWorld, REGISTERED, UNREGISTERED_AS_WRITTEN } from './world.ts'

const TEXT = expect.any(String)

async function headers(world: DialectWorld, session = 'shop') {
  const shown = await world.key('blazwa', session)
  return { 'x-api-key': 'key' in shown ? shown.key : '' }
}

async function send(world: DialectWorld, over: Record<string, unknown> = {}, session = 'shop') {
  const body = { phoneNumber: REGISTERED, message: 'Halo', ...over }
  return { method: 'POST', path: '/openapi/wa/message', body, headers: await headers(world, session) }
}

/** Document 001. */
export const blazwaSample: DialectSample = {
  good: async (world) => ({
    request: { method: 'POST', path: '/openapi/wa/status', headers: await headers(world) },
    status: 200,
    body: { message: TEXT, status: 'connected', code: null },
  }),
  send: async (world) => ({
    request: await send(world),
    status: 200,
    body: {
      message: TEXT,
      result: { id: TEXT, body: 'Halo', from: TEXT, to: REGISTERED, media_url: null, created_at: TEXT },
      code: 20001,
    },
  }),
  situations: {
    noCredential: async (world) => ({
      request: { ...(await send(world)), headers: {} },
      status: 401,
      body: { message: TEXT },
    }),
    badCredential: async (world) => ({
      request: { ...(await send(world)), headers: { 'x-api-key': 'kur_wrong' } },
      status: 401,
      body: { message: TEXT },
    }),
    // A licence names no session but its own.
    foreignSession: null,
    badBody: async (world) => ({
      request: { ...(await send(world)), body: { message: 'Halo' } },
      status: 400,
      body: { message: TEXT, errors: ['phoneNumber is required'], code: 40001 },
    }),
    notConnected: async (world) => ({
      request: await send(world, {}, 'idle'),
      status: 400,
      body: { message: TEXT, code: 40003 },
    }),
    notRegistered: async (world) => ({
      request: await send(world, { phoneNumber: UNREGISTERED_AS_WRITTEN }),
      status: 400,
      body: { message: TEXT, code: 40002 },
    }),
    badMedia: async (world) => ({
      request: await send(world, { imageUrl: 'http://127.0.0.1:9/none.png' }),
      status: 400,
      body: { message: TEXT, code: 40005 },
    }),
    timeout: async (world) => ({ request: await send(world), status: 504, body: { message: TEXT } }),
    internal: async (world) => ({
      request: await send(world),
      status: 500,
      body: { message: TEXT, error: TEXT, code: null },
    }),
  },
  error: () => ({ message: TEXT, code: null }),
  unknownPath: '/openapi/wa/unknown',
}
