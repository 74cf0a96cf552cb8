import { type Bot, botDocumentId, documentId, type OpenBot } from './bot.ts'
import type { BotState } from './state.ts'

/** What every success has. */
export function success(message: string, data: unknown) {
  return { status: true, message, data }
}

function settingsOf({ bot: { session }, automation, stored }: BotState) {
  const { sendDefaultMessage, replyGroupMessages, replyUnreadMessages, replyMessages } = automation
  return {
    bot_name: session.name ?? `WhatsappClient (${session.phone ?? 'bot_number'})`,
    status: session.status.toUpperCase(),
    bot_timezone: automation.timeZone,
    bot_lang: stored.language,
    default_msg: automation.defaultMessage,
    actions: {
      send_default_msg: sendDefaultMessage,
      reply_group_msgs: replyGroupMessages,
      reply_unread_msgs: replyUnreadMessages,
      reply_msgs: replyMessages,
      multi_device: stored.multiDevice,
      send_webhook: stored.sendWebhook,
    },
    active_days: automation.activeDays,
    active_hours: automation.activeHours,
  }
}

function timesOf({ bot: { session }, stored }: BotState) {
  return {
    createdAt: new Date(session.createdAt).toISOString(),
    updatedAt: new Date(Math.max(session.createdAt, session.since, stored.changedAt)).toISOString(),
    __v: 0,
  }
}

/** A bot as `createNewWhatsapp` answers it. */
export function createdAnswer(state: BotState<OpenBot>) {
  const { bot } = state
  return success('Whatsapp created successfully!', {
    settings: { ...settingsOf(state), access_token: bot.accessToken },
    _id: botDocumentId(bot),
    user_id: documentId(bot.session.tenant),
    session_id: bot.sessionId,
    ...timesOf(state),
  })
}

/** Bots as the list shows them: without `bot_lang` and `user_id`, as in the document. */
export function listAnswer(states: readonly BotState<OpenBot>[]) {
  return success(
    'Whatsapp fetched successfully!',
    states.map((state) => {
      const { bot } = state
      const { bot_lang: _language, ...settings } = settingsOf(state)
      return {
        _id: botDocumentId(bot),
        settings: { bot_number: bot.session.phone ?? '', ...settings, access_token: bot.accessToken },
        session_id: bot.sessionId,
        ...timesOf(state),
      }
    }),
  )
}

/** Whether a PUT changed anything, as MongoDB tells it. */
export function updatedAnswer(hasChanged: boolean) {
  return success('Whatsapp settings updated successfully!', {
    acknowledged: true,
    modifiedCount: hasChanged ? 1 : 0,
    upsertedId: null,
    upsertedCount: 0,
    matchedCount: 1,
  })
}

export function instanceAnswer({ session, sessionId }: Bot, webhookUrl: string | null) {
  const isConnected = session.status === 'connected'
  const user = session.phone === null ? {} : { id: `${session.phone}@s.whatsapp.net`, name: session.pushName ?? '' }
  return success('Status checked successfully', {
    error: false,
    message: 'Instance fetched successfully',
    instance_data: { instance_key: sessionId, phone_connected: isConnected, webhookUrl, user },
  })
}

export function initAnswer({ session, sessionId }: Bot, webhookUrl: string | null) {
  return success('Whatsapp initialized successfully!', {
    instance_key: sessionId,
    status: session.status.toUpperCase(),
    webhookUrl,
  })
}

export function deletedAnswer() {
  return success('Whatsapp deleted successfully!', { acknowledged: true, deletedCount: 1 })
}

export function loggedOutAnswer({ session, sessionId }: Bot) {
  return success('Whatsapp logged out successfully!', {
    session_id: sessionId,
    status: session.status.toUpperCase(),
  })
}

export function webhookAnswer(url: string, events: readonly string[]) {
  return success('Webhook set successfully!', { webhook_url: url, events })
}

/** What every message that was sent is answered with. */
export function sentAnswer(data: unknown) {
  return success('Message sent successfully', data)
}
