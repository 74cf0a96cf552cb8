import { expect } from 'vitest'
import type { TenantId } from '../../core/ids.ts'
import type { DialectSample } from '../conformance.ts'
import { type DialectWorld, type RawRequest, REGISTERED, UNREGISTERED_AS_WRITTEN } from './world.ts'

/** The query that names a bot. */
async function pair(world: DialectWorld, session: string): Promise<string> {
  const shown = await world.key('bots', session)
  if (shown.form !== 'pair') throw new Error('a bot is known by a pair')
  return `session_id=${shown.id}&access_token=${shown.secret}`
}

async function token(world: DialectWorld): Promise<Record<string, string>> {
  const shown = await world.key('bots')
  return { authorization: `Bearer ${'key' in shown ? shown.key : ''}` }
}

async function strangersBot(world: DialectWorld): Promise<string> {
  const input = { tenant: 'stranger' as TenantId, name: 'test', dialect: 'bots', session: world.foreign }
  const { shown } = await world.gateway.access.createDialectKey(input)
  return shown.form === 'pair' ? `session_id=${shown.id}&access_token=${shown.secret}` : ''
}

async function send(world: DialectWorld, over: Record<string, unknown> = {}, session = 'shop'): Promise<RawRequest> {
  const body = { to: REGISTERED, message: 'Hello sir 3.', ...over }
  return { method: 'POST', path: `/whatsapp/sendText?${await pair(world, session)}`, body }
}

function failure(message: unknown = expect.any(String)) {
  return { status: false, message, data: null }
}

/** Document 003. */
export const botsSample: DialectSample = {
  good: async (world) => ({
    request: { method: 'GET', path: `/whatsapp/instance?${await pair(world, 'shop')}` },
    status: 200,
    body: {
      status: true,
      message: 'Status checked successfully',
      data: {
        error: false,
        message: 'Instance fetched successfully',
        instance_data: {
          instance_key: expect.stringMatching(/^[0-9a-f]{4}(-[0-9a-f]{4}){4}$/),
          phone_connected: true,
          webhookUrl: null,
          user: { id: expect.stringMatching(/^\d+@s\.whatsapp\.net$/), name: expect.any(String) },
        },
      },
    },
  }),
  send: async (world) => ({
    request: await send(world),
    status: 200,
    body: {
      status: true,
      message: 'Message sent successfully',
      data: expect.stringMatching(new RegExp(`^true_${REGISTERED}@c\\.us_3EB0[0-9A-F]+$`)),
    },
  }),
  situations: {
    noCredential: async (world) => ({
      request: { ...(await send(world)), path: '/whatsapp/sendText?session_id=&access_token=' },
      status: 401,
      body: failure(),
    }),
    badCredential: async (world) => ({
      request: { ...(await send(world)), headers: { authorization: 'Bearer wrong' } },
      status: 401,
      body: failure(),
    }),
    foreignSession: async (world) => ({
      request: {
        ...(await send(world)),
        path: `/whatsapp/sendText?${await strangersBot(world)}`,
        headers: await token(world),
      },
      status: 403,
      body: failure(),
    }),
    badBody: async (world) => ({
      request: await send(world, { message: '' }),
      status: 400,
      body: failure('message is required'),
    }),
    notConnected: async (world) => ({
      request: await send(world, {}, 'idle'),
      status: 400,
      body: failure('The WhatsApp session is not connected'),
    }),
    notRegistered: async (world) => ({
      request: await send(world, { to: UNREGISTERED_AS_WRITTEN }),
      status: 400,
      body: failure('The number is not registered on WhatsApp'),
    }),
    badMedia: async (world) => ({
      request: {
        ...(await send(world, { chatId: REGISTERED, url: 'http://127.0.0.1:1/photo.jpg', type: 'image' })),
        path: `/whatsapp/message/fileurl?${await pair(world, 'shop')}`,
      },
      status: 400,
      body: failure(),
    }),
    timeout: async (world) => ({ request: await send(world), status: 408, body: failure() }),
    internal: async (world) => ({
      request: await send(world),
      status: 500,
      body: failure('Internal server error'),
    }),
  },
  error: () => failure(),
  unknownPath: '/whatsapp/a/b',
}
