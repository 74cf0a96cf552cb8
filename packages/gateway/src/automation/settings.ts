import { type FieldError, KurirError } from '../core/errors.ts'
import { readHour } from './active-time.ts'
import { readTimeZone } from './local-time.ts'
import type { AutomationSettings } from './ports.ts'
import type { SettingsPatch } from './verbs.ts'

/** Of the default message's template. */
const LONGEST_MESSAGE = 4_096

/** What holds until a session is told otherwise: rules are obeyed at any time, everything else is off. */
export const DEFAULT_SETTINGS: AutomationSettings = {
  defaultMessage: '',
  sendDefaultMessage: false,
  replyMessages: true,
  replyGroupMessages: false,
  replyUnreadMessages: false,
  activeDays: {
    monday: true,
    tuesday: true,
    wednesday: true,
    thursday: true,
    friday: true,
    saturday: true,
    sunday: true,
  },
  activeHours: { from: 'always', to: 'always' },
  timeZone: 'Asia/Jakarta',
}

/** Throws `invalid_request` that names every field at fault. */
export function checkSettings({ defaultMessage, activeHours, timeZone }: SettingsPatch): void {
  const fields: FieldError[] = []
  if (defaultMessage !== undefined && defaultMessage.length > LONGEST_MESSAGE) {
    fields.push({ field: '/settings/default_msg', message: `is longer than ${LONGEST_MESSAGE} characters` })
  }
  for (const end of ['from', 'to'] as const) {
    const hour = activeHours?.[end]
    if (hour !== undefined && readHour(hour) === undefined) {
      fields.push({ field: `/settings/active_hours/${end}`, message: 'is neither H:MM, HH:MM nor "always"' })
    }
  }
  if (timeZone !== undefined && !readTimeZone(timeZone)) {
    fields.push({ field: '/settings/timezone', message: 'is neither an offset (+1, -03:30) nor an IANA time zone' })
  }
  const [first] = fields
  if (first) throw new KurirError('invalid_request', `${first.field} ${first.message}`, { fields })
}

/** The settings with what the patch names put in. */
export function patchSettings(settings: AutomationSettings, patch: SettingsPatch): AutomationSettings {
  return {
    ...settings,
    ...patch,
    activeDays: { ...settings.activeDays, ...patch.activeDays },
    activeHours: { ...settings.activeHours, ...patch.activeHours },
  }
}

/** Whether messages are answered even where no rule matches. */
export function isDefaultOn(settings: AutomationSettings): boolean {
  return settings.sendDefaultMessage && settings.defaultMessage.trim() !== ''
}
