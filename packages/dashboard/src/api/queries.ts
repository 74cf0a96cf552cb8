import { QueryClient, type QueryKey, useMutation } from '@tanstack/react-query'
import { ProblemError } from 'kurir-client'
import { useText } from '../i18n/text.tsx'
import { notify } from '../ui/notices.tsx'

/** What was read; refreshed where events tell of changes, and else now and then. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 5_000, retry: (count, error) => count < 2 && !(error instanceof ProblemError) },
  },
})

/** Has everything read again whose key begins so. */
export function refresh(...key: QueryKey): void {
  void queries.invalidateQueries({ queryKey: key })
}

interface AfterChange<Result> {
  /** Beginnings of keys that are read again. */
  stale?: QueryKey[]
  done?: (result: Result) => void
}

/** A call that changes something. Failures are told to the person. */
export function useChange<Result, Input = void>(
  run: (input: Input) => Promise<Result>,
  { stale = [], done }: AfterChange<Result> = {},
) {
  const text = useText()
  return useMutation({
    mutationFn: run,
    onSuccess: (result) => {
      // What was done is in the log of what was done.
      for (const key of [...stale, ['audit']]) refresh(...key)
      done?.(result)
    },
    onError: (error) => notify(text.fault(error)),
  })
}
