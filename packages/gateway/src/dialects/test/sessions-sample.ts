import { expect } from 'vitest'
import type { DialectSample } from '../conformance.ts'
import { type DialectWorld, REGISTERED, UNREGISTERED_AS_WRITTEN } from './world.ts'

const NAMES: Record<number, string> = {
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
}

async function headers(world: DialectWorld) {
  const shown = await world.key('sessions')
  return { 'x-api-key': 'key' in shown ? shown.key : '' }
}

function failure(error: string) {
  return { success: false, error, message: expect.any(String) }
}

async function send(world: DialectWorld, over: Record<string, unknown> = {}, session = 'shop') {
  const body = { to: REGISTERED, message: 'Halo', ...over }
  return { method: 'POST', path: `/api/sessions/${session}/send`, body, headers: await headers(world) }
}

function form(name: string, content: string): FormData {
  const data = new FormData()
  data.set('to', REGISTERED)
  data.set('media', new Blob([content], { type: 'image/jpeg' }), name)
  return data
}

/** Document 002. */
export const sessionsSample: DialectSample = {
  good: async (world) => ({
    request: { method: 'GET', path: '/api/sessions', headers: await headers(world) },
    status: 200,
    body: { success: true, counts: { total: 2, connected: 1, connecting: 0, qr: 1, disconnected: 0 } },
  }),
  send: async (world) => ({
    request: await send(world),
    status: 200,
    body: {
      success: true,
      messageId: expect.stringMatching(/^3EB0[0-9A-F]+$/),
      message: 'Message sent successfully',
    },
  }),
  situations: {
    noCredential: async (world) => ({
      request: { ...(await send(world)), headers: {} },
      status: 401,
      body: failure('Unauthorized'),
    }),
    badCredential: async (world) => ({
      request: { ...(await send(world)), headers: { 'x-api-key': 'kur_wrong' } },
      status: 401,
      body: failure('Unauthorized'),
    }),
    foreignSession: async (world) => ({
      request: await send(world, {}, world.foreign),
      status: 403,
      body: failure('Forbidden'),
    }),
    badBody: async (world) => ({
      request: { ...(await send(world)), body: { to: '' } },
      status: 400,
      body: { success: false, error: 'Bad Request', message: 'Phone number and message are required' },
    }),
    notConnected: async (world) => ({
      request: await send(world, {}, 'idle'),
      status: 400,
      body: failure('Session Not Connected'),
    }),
    notRegistered: async (world) => ({
      request: await send(world, { to: UNREGISTERED_AS_WRITTEN }),
      status: 400,
      body: {
        success: false,
        error: 'Invalid WhatsApp Number',
        message: 'The phone number is not registered on WhatsApp.',
        phoneNumber: UNREGISTERED_AS_WRITTEN,
      },
    }),
    badMedia: async (world) => ({
      request: {
        method: 'POST',
        path: '/api/sessions/shop/send-media',
        body: form('photo.jpg', '<html><script>'),
        headers: await headers(world),
      },
      status: 400,
      body: failure('Bad Request'),
    }),
    timeout: async (world) => ({ request: await send(world), status: 504, body: failure('Gateway Timeout') }),
    internal: async (world) => ({ request: await send(world), status: 500, body: failure('Internal Server Error') }),
  },
  error: (status) => failure(NAMES[status] ?? 'none'),
  unknownPath: '/api/sessions/a/b/c',
}
