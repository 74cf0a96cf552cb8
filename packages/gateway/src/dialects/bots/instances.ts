import type { TenantId } from '../../core/ids.ts'
import type { Gateway } from '../../gateway.ts'
import { type DialectAnswer, type DialectCall, type DialectContext, json } from '../dialect.ts'
import { allBots, BOTS, botByDocumentId, namedBot, type OpenBot } from './bot.ts'
import { readInit } from './requests.ts'
import { createdAnswer, deletedAnswer, initAnswer, instanceAnswer, listAnswer, loggedOutAnswer } from './responses.ts'
import { botState, changeSettings, NEW_BOT } from './settings.ts'
import { setWebhook, webhookUrl } from './webhooks.ts'

export async function create({ caller: { tenant } }: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  const session = await gateway.sessions.create(tenant, { isStarted: false })
  try {
    const { shown } = await gateway.access.createDialectKey({ tenant, name: 'bot', dialect: BOTS, session: session.id })
    if (shown.form !== 'pair') throw new Error('a bot is known by a pair')
    await gateway.automation.updateSettings(tenant, session.id, NEW_BOT)
    const bot: OpenBot = { session, sessionId: shown.id, accessToken: shown.secret }
    return json(200, createdAnswer(await botState(gateway, bot)))
  } catch (error) {
    await gateway.sessions.remove(tenant, session.id)
    throw error
  }
}

export async function init(call: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  const webhook = readInit(call)
  const bot = await namedBot(call, gateway)
  if (webhook) {
    await setWebhook(gateway, bot, webhook, mediaUrl(call))
    await changeSettings(gateway, bot, { sendWebhook: true, automation: {} })
  }
  const { tenant, id } = bot.session
  const session = bot.session.status === 'connected' ? bot.session : await gateway.sessions.start(tenant, id)
  return json(200, initAnswer({ ...bot, session }, await webhookUrl(gateway, bot)))
}

/** Where clients find the files of messages. */
export function mediaUrl(call: DialectCall): string {
  return call.absoluteUrl('/v1/media/')
}

export async function show(call: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  const bot = await namedBot(call, gateway)
  return json(200, instanceAnswer(bot, await webhookUrl(gateway, bot)))
}

export async function list({ caller }: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  return json(200, listAnswer(await states(gateway, caller.tenant)))
}

async function states(gateway: Gateway, tenant: TenantId) {
  const bots = await allBots(gateway, tenant)
  return Promise.all(bots.map((bot) => botState(gateway, bot)))
}

export async function remove(call: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  const { session } = await botByDocumentId(call, gateway)
  await gateway.sessions.remove(session.tenant, session.id)
  return json(200, deletedAnswer())
}

export async function logout(call: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  const bot = await botByDocumentId(call, gateway)
  const session = await gateway.sessions.logout(bot.session.tenant, bot.session.id)
  return json(200, loggedOutAnswer({ ...bot, session }))
}
