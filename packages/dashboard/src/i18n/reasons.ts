import type { Dictionary } from './en.ts'

/** What a word of the API means that says why; a word that is not known is its own text. */
export function reasonIn({ reasons, answered }: Pick<Dictionary, 'reasons' | 'answered'>, word: string): string {
  // Alerts about webhooks name the answer's status.
  const status = /^http_(\d{3})$/.exec(word)?.[1]
  if (status !== undefined) return answered(status)
  return Object.hasOwn(reasons, word) ? reasons[word as keyof typeof reasons] : word
}
