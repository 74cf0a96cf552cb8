import { createContext, useContext, useMemo } from 'react'
import { type Reads, readsOf } from './api/reads.ts'
import type { Me, Scope } from './api/types.ts'

interface Visit {
  me: Me
  /** Whose things are looked at: the login's own tenant, or with an admin key another. */
  tenant: string
  look: (tenant: string) => void
}

export const VisitContext = createContext<Visit | null>(null)

/** Who is logged in, and whose things are looked at. */
export function useVisit(): Visit {
  const visit = useContext(VisitContext)
  if (!visit) throw new Error('used outside of what only a logged in person sees')
  return visit
}

/** Who is logged in. */
export function useMe(): Me {
  return useVisit().me
}

/** Another tenant than the login's own that is looked at, if any: its things can be seen, not changed. */
export function useOther(): string | undefined {
  const { me, tenant } = useVisit()
  return tenant === me.tenant ? undefined : tenant
}

/** Whether what needs this scope may be done here. */
export function useMay(scope: Scope): boolean {
  const { scopes } = useMe()
  const other = useOther()
  if (other !== undefined && (scope === 'manage' || scope === 'send')) return false
  return scopes.includes('admin') || scopes.includes(scope)
}

/** The queries of what is looked at. */
export function useReads(): Reads {
  const other = useOther()
  return useMemo(() => readsOf(other), [other])
}
