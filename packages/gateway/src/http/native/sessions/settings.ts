import { type Static, Type } from 'typebox'
import { type AutomationSettings, WEEKDAYS } from '../../../automation/ports.ts'
import type { SettingsPatch } from '../../../automation/verbs.ts'
import type { CallSettings, SessionSettings } from '../../../core/session-settings.ts'
import { exactly } from '../schema.ts'
import { CallsInput } from './calls.ts'
import { PacingInput, type PacingObject, presentPacing } from './pacing.ts'

/** How a session answers by itself, as the API shows it. */
export interface SettingsObject {
  default_msg: string
  send_default_msg: boolean
  reply_msgs: boolean
  reply_group_msgs: boolean
  reply_unread_msgs: boolean
  active_days: Record<string, boolean>
  active_hours: { from: string; to: string }
  timezone: string
  pacing: PacingObject | null
  calls: CallSettings | null
}

const optional = Type.Optional
const Hour = Type.String({ maxLength: 16, examples: ['8:00', 'always'] })

/** What of the settings a request changes; the rest stays. */
export const SettingsInput = exactly(
  {
    default_msg: optional(
      Type.String({
        maxLength: 4_096,
        description:
          'What is answered where no rule matched. `{Hi|Hello}` picks one at random; `[name]`, `[number]`, `[time]` and `[date]` are filled in.',
      }),
    ),
    send_default_msg: optional(Type.Boolean({ description: 'Whether it is. Default: false.' })),
    reply_msgs: optional(Type.Boolean({ description: 'Off: nothing at all is answered. Default: true.' })),
    reply_group_msgs: optional(Type.Boolean({ description: 'Whether groups are answered. Default: false.' })),
    reply_unread_msgs: optional(
      Type.Boolean({ description: 'Whether what came while the session was away is answered. Default: false.' }),
    ),
    active_days: optional(
      exactly(Object.fromEntries(WEEKDAYS.map((day) => [day, optional(Type.Boolean())])), {
        description: 'Days on which messages are answered. Default: all.',
      }),
    ),
    active_hours: optional(
      exactly(
        { from: optional(Hour), to: optional(Hour) },
        { description: '`H:MM`, `HH:MM` or `always`; a `from` later than `to` spans midnight. Default: always.' },
      ),
    ),
    pacing: optional(Type.Union([PacingInput, Type.Null()])),
    calls: optional(Type.Union([CallsInput, Type.Null()])),
    timezone: optional(
      Type.String({
        maxLength: 64,
        description: 'An offset or an IANA name, for days, hours, `[time]` and `[date]`. Default: Asia/Jakarta.',
        examples: ['+7', 'Asia/Jakarta'],
      }),
    ),
  },
  { minProperties: 1, description: 'How the session answers by itself, and how fast it sends.' },
)

/** Renders the settings. */
export function presentSettings(
  settings: AutomationSettings,
  { pacing, calls }: Pick<SessionSettings, 'pacing' | 'calls'>,
): SettingsObject {
  return {
    default_msg: settings.defaultMessage,
    send_default_msg: settings.sendDefaultMessage,
    reply_msgs: settings.replyMessages,
    reply_group_msgs: settings.replyGroupMessages,
    reply_unread_msgs: settings.replyUnreadMessages,
    active_days: settings.activeDays,
    active_hours: settings.activeHours,
    timezone: settings.timeZone,
    pacing: presentPacing(pacing),
    calls: calls ?? null,
  }
}

/** What a request changes. */
export function readSettings(input: Static<typeof SettingsInput>): SettingsPatch {
  const patch = {
    defaultMessage: input.default_msg,
    sendDefaultMessage: input.send_default_msg,
    replyMessages: input.reply_msgs,
    replyGroupMessages: input.reply_group_msgs,
    replyUnreadMessages: input.reply_unread_msgs,
    activeDays: input.active_days,
    activeHours: input.active_hours,
    timeZone: input.timezone,
  }
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as SettingsPatch
}
