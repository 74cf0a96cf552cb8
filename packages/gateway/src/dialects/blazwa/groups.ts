import type { GroupSummary } from '../../core/group.ts'

export type FoundGroup = { kind: 'found'; group: GroupSummary } | { kind: 'none' } | { kind: 'several'; count: number }

/** The group of this name: exactly so, else without regard to case and to white space around it. */
export function findGroup(groups: readonly GroupSummary[], name: string): FoundGroup {
  const exact = groups.filter(({ subject }) => subject === name)
  const wanted = folded(name)
  const matches = exact.length > 0 ? exact : groups.filter(({ subject }) => folded(subject) === wanted)
  const [group] = matches
  if (!group) return { kind: 'none' }
  return matches.length === 1 ? { kind: 'found', group } : { kind: 'several', count: matches.length }
}

function folded(name: string): string {
  return name.normalize('NFC').trim().toLowerCase()
}
