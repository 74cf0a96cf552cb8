/** The first of `offered` where the client likes several the same; undefined where it takes none of them. */
export function preferredType<Type extends string>(
  accept: string | undefined,
  offered: readonly Type[],
): Type | undefined {
  const wishes = (accept?.trim() || '*/*').split(',').map(parseWish)
  let best: { type: Type; weight: number } | undefined
  for (const type of offered) {
    const weight = weightOf(type, wishes)
    if (weight > (best?.weight ?? 0)) best = { type, weight }
  }
  return best?.type
}

interface Wish {
  range: string
  weight: number
}

function parseWish(text: string): Wish {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const q = parameters.find((parameter) => parameter.startsWith('q='))
  const weight = q === undefined ? 1 : Number(q.slice(2))
  return { range, weight: Number.isFinite(weight) ? weight : 0 }
}

/** The weight of the most exact range that covers the type. */
function weightOf(type: string, wishes: Wish[]): number {
  const [family = ''] = type.split('/')
  for (const range of [type, `${family}/*`, '*/*']) {
    const wish = wishes.find((candidate) => candidate.range === range)
    if (wish) return wish.weight
  }
  return 0
}
