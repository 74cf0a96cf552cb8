/** What one tenant may use in a period (UTC); 0 is without limit. */
export interface Quotas {
  messagesPerMonth: number
  messagesPerDay: number
  numberChecksPerMonth: number
}

/** What was set for one tenant; what is absent follows the gateway's own setting. */
export type TenantQuotas = Partial<Quotas>

export const NO_QUOTAS: Quotas = { messagesPerMonth: 0, messagesPerDay: 0, numberChecksPerMonth: 0 }

/** What is counted. */
export type UsageKind = 'messages' | 'number_checks'
export type UsagePeriod = 'month' | 'day'

interface Quota {
  kind: UsageKind
  period: UsagePeriod
  limit: keyof Quotas
}

/** Every quota that there is. */
export const QUOTAS: readonly Quota[] = [
  { kind: 'messages', period: 'month', limit: 'messagesPerMonth' },
  { kind: 'messages', period: 'day', limit: 'messagesPerDay' },
  { kind: 'number_checks', period: 'month', limit: 'numberChecksPerMonth' },
]

/** The period that a time (milliseconds since the epoch) is in: `YYYY-MM` or `YYYY-MM-DD`, UTC. */
export function periodOf(at: number, period: UsagePeriod): string {
  return new Date(at).toISOString().slice(0, period === 'month' ? 'YYYY-MM'.length : 'YYYY-MM-DD'.length)
}

/** Seconds until the period that a time is in ends, rounded up. */
export function secondsLeft(at: number, period: UsagePeriod): number {
  return Math.ceil((periodEnd(at, period) - at) / 1000)
}

/** When the period that a time is in ends, milliseconds since the epoch. */
export function periodEnd(at: number, period: UsagePeriod): number {
  const date = new Date(at)
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
  return period === 'month' ? Date.UTC(year, month + 1) : Date.UTC(year, month, day + 1)
}
