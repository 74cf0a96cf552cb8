import { type DialectAnswer, type DialectCall, type DialectContext, json } from '../dialect.ts'
import { namedBot } from './bot.ts'
import { mediaUrl } from './instances.ts'
import { type BotPatch, readActions, readActiveDays, readActiveHours, readGeneral, readWebhook } from './requests.ts'
import { updatedAnswer, webhookAnswer } from './responses.ts'
import { changeSettings } from './settings.ts'
import * as webhooks from './webhooks.ts'

/** A PUT of settings: what the reader finds is changed. */
function change(read: (call: DialectCall) => BotPatch) {
  return async (call: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> => {
    const patch = read(call)
    const bot = await namedBot(call, gateway)
    return json(200, updatedAnswer(await changeSettings(gateway, bot, patch)))
  }
}

export const updateGeneral = change(readGeneral)
export const updateActions = change(readActions)
export const updateActiveDays = change(readActiveDays)
export const updateActiveHours = change(readActiveHours)

export async function setWebhook(call: DialectCall, { gateway }: DialectContext): Promise<DialectAnswer> {
  const wanted = readWebhook(call)
  const bot = await namedBot(call, gateway)
  await webhooks.setWebhook(gateway, bot, wanted, mediaUrl(call))
  await changeSettings(gateway, bot, { sendWebhook: true, automation: {} })
  return json(200, webhookAnswer(wanted.url, wanted.events))
}
