import { isDeepStrictEqual } from 'node:util'
import type { AutomationSettings } from '../../automation/ports.ts'
import type { SettingsPatch } from '../../automation/verbs.ts'
import { KurirError } from '../../core/errors.ts'
import type { Gateway } from '../../gateway.ts'
import { BOTS, type Bot } from './bot.ts'
import type { BotPatch } from './requests.ts'
import type { BotState, StoredSettings } from './state.ts'
import { switchWebhooks } from './webhooks.ts'

const NEW_BOT_MESSAGE = '{Hi|Hello} [name] your message has no keyword here.'

/** What the document shows of a new bot. */
export const NEW_BOT: SettingsPatch = {
  defaultMessage: NEW_BOT_MESSAGE,
  sendDefaultMessage: true,
  replyMessages: true,
  replyGroupMessages: true,
  replyUnreadMessages: true,
  timeZone: 'Africa/Harare',
}

const UNCHANGED: StoredSettings = { language: 'en', multiDevice: false, sendWebhook: false, changedAt: 0 }

function keyOf({ session: { tenant, uid } }: Bot) {
  return { tenant, dialect: BOTS, kind: 'settings', id: uid }
}

/** Everything that is set of a bot. */
export async function botState<Known extends Bot>(gateway: Gateway, bot: Known): Promise<BotState<Known>> {
  const { tenant, id } = bot.session
  const item = await gateway.items.getItem(keyOf(bot))
  const stored = { ...UNCHANGED, ...(item?.value as Partial<StoredSettings> | undefined) }
  return { bot, automation: await gateway.automation.settings(tenant, id), stored }
}

/** Changes what the patch names and answers whether that was any change. Rejects with `invalid_request`. */
export async function changeSettings(gateway: Gateway, bot: Bot, patch: BotPatch): Promise<boolean> {
  const { tenant, id } = bot.session
  const { name, language, multiDevice, sendWebhook } = patch
  const before = await botState(gateway, bot)
  const automation = withText(patch.automation, before.automation)
  checkSettings(gateway, automation)
  const after = await gateway.automation.updateSettings(tenant, id, automation)
  const stored = {
    ...before.stored,
    ...(language === undefined ? {} : { language }),
    ...(multiDevice === undefined ? {} : { multiDevice }),
    ...(sendWebhook === undefined ? {} : { sendWebhook }),
  }
  const isRenamed = name !== undefined && name !== bot.session.name
  if (isRenamed) await gateway.sessions.update(tenant, id, { name })
  if (sendWebhook !== undefined && sendWebhook !== before.stored.sendWebhook) {
    await switchWebhooks(gateway, bot, sendWebhook)
  }
  const isSame = isDeepStrictEqual([before.automation, before.stored], [after, stored])
  if (isSame && !isRenamed) return false
  await saveStored(gateway, bot, stored)
  return true
}

/** Throws `invalid_request` that names the field as the document does. */
function checkSettings(gateway: Gateway, automation: SettingsPatch): void {
  try {
    gateway.automation.checkSettings(automation)
  } catch (error) {
    if (!(error instanceof KurirError)) throw error
    const message = error.message.replace(/^\/settings\/(active_hours\/)?/, '').replace(/^timezone/, 'bot_timezone')
    throw new KurirError(error.code, message, { cause: error })
  }
}

/** A default message that is switched on has a text: the document's, where nobody has written one. */
function withText(patch: SettingsPatch, { defaultMessage }: AutomationSettings): SettingsPatch {
  const isNeeded = patch.sendDefaultMessage === true && patch.defaultMessage === undefined && defaultMessage === ''
  return isNeeded ? { ...patch, defaultMessage: NEW_BOT_MESSAGE } : patch
}

async function saveStored(gateway: Gateway, bot: Bot, stored: StoredSettings): Promise<void> {
  const changedAt = Date.now()
  const value = { ...stored, changedAt }
  await gateway.items.saveItem({ ...keyOf(bot), session: bot.session.uid, value, changedAt })
}
