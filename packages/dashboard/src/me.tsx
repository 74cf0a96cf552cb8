import { createContext, useContext } from 'react'
import type { Me, Scope } from './api/types.ts'

export const MeContext = createContext<Me | null>(null)

/** Who is logged in. */
export function useMe(): Me {
  const me = useContext(MeContext)
  if (!me) throw new Error('used outside of what only a logged in person sees')
  return me
}

/** Whether the login may do what needs this scope. */
export function useMay(scope: Scope): boolean {
  const { scopes } = useMe()
  return scopes.includes('admin') || scopes.includes(scope)
}
