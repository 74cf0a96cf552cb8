import { Type } from 'typebox'
import { WEEKDAYS } from '../../automation/ports.ts'

/** The settings in answers. */
export const SettingsAnswer = Type.Object(
  {
    default_msg: Type.String(),
    send_default_msg: Type.Boolean(),
    reply_msgs: Type.Boolean(),
    reply_group_msgs: Type.Boolean(),
    reply_unread_msgs: Type.Boolean(),
    active_days: Type.Object(Object.fromEntries(WEEKDAYS.map((day) => [day, Type.Boolean()]))),
    active_hours: Type.Object({ from: Type.String(), to: Type.String() }),
    timezone: Type.String(),
    pacing: Type.Union([
      Type.Object({
        per_minute: Type.Optional(Type.Integer()),
        gap_ms: Type.Optional(Type.Array(Type.Integer())),
        per_day: Type.Optional(Type.Integer()),
      }),
      Type.Null(),
    ]),
    calls: Type.Union([Type.Object({ reject: Type.Boolean(), text: Type.Optional(Type.String()) }), Type.Null()]),
  },
  { description: 'How the session answers by itself; shown where one session is read or changed.' },
)
