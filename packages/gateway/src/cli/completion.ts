import type { Command } from 'commander'
import { CliError, EXIT } from './exit-codes.ts'
import type { Streams } from './output.ts'

/** The words of a command line: what may follow each command. */
interface Words {
  /** `` for the program itself, else its subcommands' names with blanks between them. */
  path: string
  next: string[]
}

const SHELLS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const

const EXAMPLES = `
Examples:
  source <(kurir completion bash)
  kurir completion zsh > "\${fpath[1]}/_kurir"
  kurir completion fish > ~/.config/fish/completions/kurir.fish`

/** `kurir completion bash|zsh|fish`. */
export function addCompletion(program: Command, streams: Streams): void {
  program
    .command('completion')
    .argument('<shell>', Object.keys(SHELLS).join(', '))
    .description('print a script that completes commands and flags in your shell')
    .addHelpText('after', EXAMPLES)
    .action((shell: string) => {
      const write = Object.entries(SHELLS).find(([name]) => name === shell)?.[1]
      if (!write) throw new CliError(`There are ${Object.keys(SHELLS).join(', ')}, not ${shell}`, EXIT.usage)
      streams.out(write(wordsOf(program)))
    })
}

function wordsOf(command: Command, path: string[] = []): Words[] {
  const flags = command.options.map(({ long, short }) => long ?? short ?? '').filter(Boolean)
  const own = { path: path.join(' '), next: [...command.commands.map((child) => child.name()), ...flags, '--help'] }
  return [own, ...command.commands.flatMap((child) => wordsOf(child, [...path, child.name()]))]
}

/** The commands so far are those words that name one; flags and their values are passed over. */
function bashScript(words: Words[]): string {
  const cases = words.map(({ path, next }) => `    '${path}') words='${next.join(' ')}' ;;`)
  return `_kurir() {
  local path='' word words known
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    known=" ${words.map(({ path }) => path.replaceAll(' ', '/')).join(' ')} "
    case "$known" in *" \${path:+\${path// //}/}$word "*) path="\${path:+$path }$word" ;; esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _kurir kurir
`
}

function zshScript(words: Words[]): string {
  const cases = words.map(({ path, next }) => `    '${path}') next=(${next.join(' ')}) ;;`)
  const known = words.map(({ path }) => `'${path}'`).join(' ')
  return `#compdef kurir
_kurir() {
  local at='' word
  local -a next known
  known=(${known})
  for word in "\${(@)words[2,CURRENT-1]}"; do
    if (( \${known[(Ie)\${at:+$at }$word]} )); then at="\${at:+$at }$word"; fi
  done
  case "$at" in
${cases.join('\n')}
  esac
  compadd -- $next
}
compdef _kurir kurir
`
}

function fishScript(words: Words[]): string {
  const lines = words.flatMap(({ path, next }) => {
    const seen = path.split(' ').filter(Boolean)
    const condition = seen.length
      ? seen.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ')
      : '__fish_use_subcommand'
    return next.map((word) =>
      word.startsWith('--')
        ? `complete -c kurir -n '${condition}' -l ${word.slice(2)}`
        : `complete -c kurir -f -n '${condition}' -a ${word}`,
    )
  })
  return `${lines.join('\n')}\n`
}
