/** A small seeded generator (mulberry32) of numbers from 0 (inclusive) to 1, so that a run can be repeated. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** One of them, by the generator. */
export function pick<Item>(random: () => number, items: readonly Item[]): Item {
  const found = items[Math.floor(random() * items.length)]
  if (found === undefined) throw new Error('there is nothing to pick from')
  return found
}
