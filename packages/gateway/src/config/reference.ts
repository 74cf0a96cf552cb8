import { SETTING_NAMES, settingFacts } from './settings.ts'

const HEAD = `# Settings

Kurir is set up by environment variables. \`kurir start --print-config\` shows those in force, secrets masked; \`kurir doctor\`
tests them; a name that is not known is warned of at the start, with the nearest one that is. Flags of \`kurir start\` go
before the environment.

This page is made by \`kurir config reference\`.

| setting | default | what it does |
|---|---|---|
`

const TAIL = `
The command line finds a running gateway by \`KURIR_URL\` (default \`http://127.0.0.1:3000\`) and \`KURIR_KEY\`.
`

/** The page of all settings, in Markdown. */
export function configReference(): string {
  const rows = SETTING_NAMES.map((name) => {
    const { description, default: usual, isSecret } = settingFacts(name)
    const shown = usual === undefined ? '' : `\`${usual}\``
    return `| \`${name}\` | ${shown} | ${description.replaceAll('|', '\\|')}${isSecret ? ' Secret.' : ''} |\n`
  })
  return HEAD + rows.join('') + TAIL
}
