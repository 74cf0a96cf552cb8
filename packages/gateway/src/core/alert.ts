import type { SessionUid, TenantId } from './ids.ts'

/**
 * What a person should look at: a session that stays away or was unlinked at the phone, an account that WhatsApp
 * restricts, a webhook whose deliveries are given up.
 */
export const ALERT_KINDS = ['session_down', 'session_logged_out', 'session_restricted', 'webhook_failing'] as const
export type AlertKind = (typeof ALERT_KINDS)[number]

/** Something that is wrong, or was. Times are milliseconds since the epoch. */
export interface Alert {
  kind: AlertKind
  tenant: TenantId
  sessionUid: SessionUid
  /** The session's id as clients know it. */
  session: string
  /** The endpoint of `webhook_failing`; null of the others. */
  webhook: string | null
  /** A stable word: the session's reason, or what the webhook answered with. */
  reason: string
  since: number
  /** Null while it lasts. */
  clearedAt: number | null
}

/** The alert as answers, events and the operator's webhook show it. */
export interface AlertObject {
  kind: AlertKind
  session: string
  webhook: string | null
  reason: string
  since: string
  cleared_at: string | null
}

/** Renders an alert for the outside. */
export function presentAlert({ kind, session, webhook, reason, since, clearedAt }: Alert): AlertObject {
  return {
    ...{ kind, session, webhook, reason },
    since: new Date(since).toISOString(),
    cleared_at: clearedAt === null ? null : new Date(clearedAt).toISOString(),
  }
}
