/** Values of `[name]`, `[number]`, `[time]` and `[date]`. */
export type TemplateValues = Record<'name' | 'number' | 'time' | 'date', string>

/** One of the texts that a template gives, as the gateway makes it: of `{Hi|Hello}` one, also one within another. */
export function fillTemplate(template: string, values: TemplateValues, random: () => number = Math.random): string {
  const open: string[][] = [['']]
  const append = (text: string) => {
    const level = open.at(-1) ?? []
    level.push((level.pop() ?? '') + text)
  }
  for (const piece of template.split(/([{|}])/)) {
    if (piece === '{') open.push([''])
    else if (piece === '|' && open.length > 1) open.at(-1)?.push('')
    else if (piece === '}' && open.length > 1) {
      const choices = open.pop() ?? []
      append(choices.length > 1 ? (choices[Math.floor(random() * choices.length)] ?? '') : `{${choices[0]}}`)
    } else append(piece)
  }
  while (open.length > 1) {
    const unfinished = open.pop() ?? []
    append(`{${unfinished.join('|')}`)
  }
  return (open[0]?.[0] ?? '').replace(
    /\[(name|number|time|date)\]/gi,
    (_all, name: string) => values[name.toLowerCase() as keyof TemplateValues],
  )
}
