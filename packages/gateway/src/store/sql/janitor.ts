import type { Pruned } from '../store.ts'
import type { GroupCommit } from './group-commit.ts'
import { ANSWER_KEPT_MS, type AnswerTable } from './tables/answer.ts'
import type { EndpointTable } from './tables/endpoint.ts'
import { JOURNAL_KEPT_MS, type JournalTable } from './tables/journal.ts'
import type { TokenTable } from './tables/token.ts'

/** Rows per transaction: a send that comes meanwhile waits for one batch, not for the whole cleaning. */
const BATCH = 500

/** How long a URL that messages named for their news is kept after the last of them. */
const TARGET_KEPT_MS = 30 * 24 * 3_600_000

/** Deletes expired answers, expired tokens and consumed journal rows; journal rows that no message has consumed are kept for ever. */
export async function prune(
  writer: GroupCommit,
  tables: { answers: AnswerTable; journal: JournalTable; tokens: TokenTable; endpoints: EndpointTable },
  now: number,
): Promise<Pruned> {
  return {
    answers: await inBatches(writer, () => tables.answers.prune(now - ANSWER_KEPT_MS, BATCH)),
    journal: await inBatches(writer, () => tables.journal.prune(now - JOURNAL_KEPT_MS, BATCH)),
    tokens: await inBatches(writer, () => tables.tokens.prune(now, BATCH)),
    targets: await inBatches(writer, () => tables.endpoints.prune(now - TARGET_KEPT_MS, BATCH)),
  }
}

async function inBatches(writer: GroupCommit, deleteSome: () => Promise<number>): Promise<number> {
  let total = 0
  for (;;) {
    const deleted = await writer.write(deleteSome)
    total += deleted
    if (deleted < BATCH) return total
  }
}
