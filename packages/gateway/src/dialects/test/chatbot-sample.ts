import { expect } from 'vitest'
import type { DialectSample } from '../conformance.ts'
import { type DialectWorld, REGISTERED, UNREGISTERED_AS_WRITTEN } from './world.ts'

const FAILED = { success: false, errorMessage: expect.any(String) }

async function headers(world: DialectWorld, session = 'shop') {
  const shown = await world.key('chatbot', session)
  return { secretkey: 'key' in shown ? shown.key : '' }
}

async function send(world: DialectWorld, over: Record<string, unknown> = {}, session = 'shop') {
  const body = { nohp: REGISTERED, pesan: 'Test kirim text', ...over }
  return { method: 'POST', path: '/api/sendwa', body, headers: await headers(world, session) }
}

/** Document 004. */
export const chatbotSample: DialectSample = {
  good: async (world) => ({
    request: { method: 'POST', path: '/api/checknumber', body: { nohp: REGISTERED }, headers: await headers(world) },
    status: 200,
    body: { success: true, message: true },
  }),
  send: async (world) => ({
    request: await send(world),
    status: 200,
    body: {
      success: true,
      message: {
        id: expect.stringMatching(/^3EB0[0-9A-F]+$/),
        status: 1,
        type: 'text',
        timestamp: expect.any(Number),
        from: expect.stringMatching(/^\d+@c\.us$/),
        to: `${REGISTERED}@c.us`,
      },
    },
  }),
  situations: {
    noCredential: async (world) => ({ request: { ...(await send(world)), headers: {} }, status: 401, body: FAILED }),
    badCredential: async (world) => ({
      request: { ...(await send(world)), headers: { secretkey: 'kur_wrong' } },
      status: 401,
      body: FAILED,
    }),
    // A secret key names no session but its own.
    foreignSession: null,
    badBody: async (world) => ({
      request: { ...(await send(world)), body: { pesan: 'Test kirim text' } },
      status: 400,
      body: { success: false, errorMessage: 'nohp is required' },
    }),
    notConnected: async (world) => ({ request: await send(world, {}, 'idle'), status: 400, body: FAILED }),
    notRegistered: async (world) => ({
      request: await send(world, { nohp: UNREGISTERED_AS_WRITTEN }),
      status: 400,
      body: FAILED,
    }),
    badMedia: async (world) => ({
      request: { ...(await send(world, { mediaurl: 'http://127.0.0.1:9/none.pdf' })), path: '/api/sendmedia' },
      status: 400,
      body: FAILED,
    }),
    timeout: async (world) => ({ request: await send(world), status: 400, body: FAILED }),
    internal: async (world) => ({ request: await send(world), status: 400, body: FAILED }),
  },
  error: () => FAILED,
  unknownPath: '/api/groups/none',
}
