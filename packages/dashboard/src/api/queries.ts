import { QueryClient, type UseQueryResult, useMutation, useQuery } from '@tanstack/react-query'
import { notify } from '../ui/notices.tsx'
import { ApiError, call, type Method } from './call.ts'

/** What was read, by its address; refreshed where events tell of changes, and else now and then. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 5_000, retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status) },
  },
})

/** Reads an address of the API. `null` reads nothing. */
export function useRead<Result>(address: string | null, options: { every?: number } = {}): UseQueryResult<Result> {
  return useQuery({
    queryKey: [address],
    queryFn: () => call<Result>('GET', address ?? ''),
    enabled: address !== null,
    ...(options.every === undefined ? {} : { refetchInterval: options.every }),
  })
}

/** Has everything read again whose address begins so. */
export function refresh(beginning: string): void {
  const isMeant = (key: unknown) => typeof key === 'string' && key.startsWith(beginning)
  void queries.invalidateQueries({ predicate: ({ queryKey }) => isMeant(queryKey[0]) })
}

export interface Change {
  method: Method
  address: string
  body?: unknown
}

/** A call that changes something; afterwards `stale` addresses are read again. Failures are told to the person. */
export function useChange<Result>(stale: readonly string[], done?: (result: Result) => void) {
  return useMutation({
    mutationFn: ({ method, address, body }: Change) => call<Result>(method, address, body),
    onSuccess: (result) => {
      for (const beginning of stale) refresh(beginning)
      done?.(result)
    },
    onError: (error) => notify(error.message),
  })
}
