import { pino } from 'pino'
import { moveStore } from '../move.ts'

/** Moves in small pieces and says how far it is after each, until it has ended or is killed. */
const [from = '', to = ''] = process.argv.slice(2)
await moveStore({
  ...{ from, to, now: Date.now(), logger: pino({ level: 'silent' }), pieceRows: 7 },
  onProgress: ({ rows, total }) => process.stdout.write(`${rows} ${total}\n`),
})
