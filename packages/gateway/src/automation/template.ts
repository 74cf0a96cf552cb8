/** Values of `[name]`, `[number]`, `[time]` and `[date]`. */
export type TemplateValues = Record<'name' | 'number' | 'time' | 'date', string>

const VARIABLE = /\[(name|number|time|date)\]/gi

/**
 * Fills in a template: of `{Hi|Hello}` one is picked at random, also one within another; braces without a bar stay as
 * they are. What is filled in for a variable is not read as a template. `random` answers 0 (inclusive) to 1 (exclusive).
 */
export function fillTemplate(template: string, values: TemplateValues, random: () => number): string {
  return pickChoices(template, random).replace(
    VARIABLE,
    (_all, name: string) => values[name.toLowerCase() as keyof TemplateValues],
  )
}

/** The texts between bars of an open brace; of the outermost level there is one. */
type Level = [string, ...string[]]

function pickChoices(template: string, random: () => number): string {
  const open: Level[] = [['']]
  for (const piece of template.split(/([{|}])/)) {
    const level = open.at(-1)
    if (!level) break
    if (piece === '{') open.push([''])
    else if (piece === '|' && open.length > 1) level.push('')
    else if (piece === '}' && open.length > 1) {
      open.pop()
      append(open, level.length > 1 ? (level[Math.floor(random() * level.length)] ?? '') : `{${level[0]}}`)
    } else append(open, piece)
  }
  // Braces that nobody closed.
  while (open.length > 1) append(open, `{${(open.pop() ?? []).join('|')}`)
  return open[0]?.[0] ?? ''
}

function append(open: Level[], text: string): void {
  const level = open.at(-1)
  if (level) level[level.length - 1] += text
}
