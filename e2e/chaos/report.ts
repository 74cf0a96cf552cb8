import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import type { Database } from '../support/database.ts'

/** One run of a scenario, as a row of the table. */
export interface ReportRow {
  id: string
  database: Database['name']
  fault: string
  load: string
  result: string
  broken: string[]
  seed: number
  /** It was the short form. */
  isQuick: boolean
}

const FIRST = '| fault | database | what is done | load | result | command |'
const RULE = '|---|---|---|---|---|---|'

/** Puts the rows into the table of the document at `path`; rows of other runs stay as they are. */
export function writeReport(path: string, rows: ReportRow[]): void {
  const table = new Map(existsSync(path) ? knownRows(readFileSync(path, 'utf8')) : [])
  for (const row of rows) table.set(keyOf(row.id, row.database), line(row))
  const sorted = [...table].sort(([a], [b]) => order(a) - order(b) || a.localeCompare(b)).map(([, text]) => text)
  writeFileSync(path, [HEAD, FIRST, RULE, ...sorted, FOOT].join('\n'))
}

/** The rows of an earlier document by fault and database. */
function knownRows(text: string): [string, string][] {
  return text.split('\n').flatMap((row): [string, string][] => {
    const [, id, database] = /^\| (R[\d+R]+) \| (sqlite|postgres) \|/.exec(row) ?? []
    return id && database ? [[keyOf(id, database), row]] : []
  })
}

const keyOf = (id: string, database: string) => `${id} ${database}`
const order = (key: string) => Number(/\d+/.exec(key)?.[0] ?? 0)

function line({ id, database, fault, load, result, broken, seed, isQuick }: ReportRow): string {
  const found = broken.length === 0 ? result : `**broken: ${broken.join('; ')}** (${result})`
  const command = `\`npm run chaos -- --only ${id.split('+')[0]} --db ${database} --seed ${seed}${isQuick ? ' --quick' : ''}\``
  return `| ${[id, database, fault, load, found, command].map((cell) => cell.replaceAll('|', '/')).join(' | ')} |`
}

const HEAD = `# What was done to it, and what came of it

Kurir promises that a message is neither lost nor shown twice, whatever is killed, cut or filled up. This page shows how
that is tried, and what was counted. \`npm run chaos\` does all of it again, in a few hours, and writes the table;
\`npm test\` runs a short form of each.

Nothing is mocked: a gateway in a process of its own, an unmodified Baileys inside, the lab's simulated network and
virtual phones around it, a real database, a real webhook receiver. Three ledgers are kept, each only ever added to: what
the load generator was promised, what the virtual phones show, what the receiver got. One checker compares them and counts
what is **lost** (promised, and never seen), seen **twice** (under two ids), **out of order** within a chat, and
**undecryptable**. Rows whose command ends in \`--quick\` are of the short form. The last run was on ${cpus().length} cores of ${cpus()[0]?.model ?? 'an unknown machine'} with Node.js ${process.versions.node}.
`

const FOOT = `
R3 is there to fail elsewhere: a stock Baileys killed at the same place uses a message key twice and leaves a message that
no recipient can read (\`packages/gateway/src/engine/baileys/crash.e2e.test.ts\` shows it in each run of the tests). R18 is
a model that is thrown about by random steps; two planted bugs, a receipt before the store and an answer before the
commit, must be found by it within 200 seeds (\`e2e/chaos/simulation.test.ts\`).

That an accepted message is on the disk, and not only on its way there, is seen from outside: \`e2e/synced.test.ts\` watches the
gateway's system calls with \`strace\` and finds for each message its write to the log, after that a sync of the log, and after
that the 2xx on the socket.

A message that cannot be decrypted is told at once (\`message.undecryptable\`), and a second time with its content. There are
two ways to it: its sender is asked to send it again, and where that does not come within 5 seconds, or the message came
without any content, the account's own phone is asked, again at each login, up to five times in 14 days. An answer counts
only from that phone and only for what it was asked for (\`engine/baileys/resending.e2e.test.ts\`).

## What is not promised

- **Exactly once at your webhook.** A receiver may get an event more than once, always with the same \`webhook-id\`: when
  a process dies between your answer and the commit that notes it, nobody can know. Keep the ids and drop repetitions.
- **That WhatsApp delivers.** If it blocks the account, or the recipient's phone never comes back, a message ends as
  \`failed\`, or stays \`sent\`. Where no answer can be had, it ends as \`unknown\`, and is not called sent.
- **That WhatsApp's servers drop repetitions.** After a crash a message without an acknowledgement goes out again with the
  same id and the same content. Official apps show one; that is what the lab's phones do, too. What the servers do
  with the second copy is not known, and the lab cannot tell.
- **One copy in channels.** There the server chooses the id, so a repetition is another message.
- **Receipts, typing and changes of groups** are passed on as they come. Those that come while the process is down are told
  when the server keeps them, and not otherwise.
- **The live network.** The lab speaks its protocol, and is driven by two clients that share no code; that WhatsApp's
  servers behave the same cannot be shown here.
- **A disk that lies.** SQLite runs with full synchronisation; a disk that
  confirms what it has not written loses it.
`
