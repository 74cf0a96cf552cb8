import { keepPreviousData, type QueryKey, useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

interface Page<Item> {
  data: Item[]
  next_cursor: string | null
}

/** How a long list is read. */
export interface Pages<Item> {
  key: QueryKey
  /** Milliseconds after which what is shown is read again; false: never by itself. */
  every: number | false
  read: (cursor: { cursor?: string }) => Promise<Page<Item>>
}

export function pages<Item>(key: QueryKey, every: number | false, read: Pages<Item>['read']): Pages<Item> {
  return { key, every, read }
}

/** A list that is read page by page, as one list, and what reads its next page. */
export function usePages<Item>({ key, every, read }: Pages<Item>) {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam === null ? {} : { cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    refetchInterval: every,
    // What is narrowed otherwise stands until the answer is there, so that nothing jumps.
    placeholderData: keepPreviousData,
  })
  const whole = useMemo(() => data && { data: data.pages.flatMap((page) => page.data) }, [data])
  return {
    query: { data: whole, error, refetch },
    more: { has: hasNextPage, isBusy: isFetchingNextPage, show: () => void fetchNextPage() },
  }
}
