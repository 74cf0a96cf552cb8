/** A list's answer. */
export interface Page<Item> {
  data: Item[]
  next_cursor: string | null
}

/**
 * A page of a list that is read in its order: asks for one entry more than wanted, to know whether there are more.
 * `wanted` leaves out entries that the caller may not see, without making the page shorter.
 */
export async function readPage<Row, Item>(
  query: { limit: number; cursor?: string },
  read: (page: { limit: number; cursor?: string }) => Promise<Row[]>,
  form: { cursorOf: (row: Row) => string; present: (row: Row) => Item; wanted?: (row: Row) => boolean },
): Promise<Page<Item>> {
  const limit = query.limit + 1
  const rows: Row[] = []
  let cursor = query.cursor
  for (;;) {
    const chunk = await read(cursor === undefined ? { limit } : { limit, cursor })
    rows.push(...(form.wanted ? chunk.filter(form.wanted) : chunk))
    const last = chunk.at(-1)
    if (chunk.length < limit || rows.length >= limit || last === undefined) break
    cursor = form.cursorOf(last)
  }
  const shown = rows.slice(0, query.limit)
  const last = shown.at(-1)
  return {
    data: shown.map(form.present),
    next_cursor: rows.length > query.limit && last !== undefined ? form.cursorOf(last) : null,
  }
}
