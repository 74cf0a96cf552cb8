import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Ground } from './support/ground.ts'
import { joined, Strace, whyNoStrace, whyUnsafe } from './support/syscalls.ts'

const missing = whyNoStrace()

describe.skipIf(missing)(`R14: what the system is asked for${missing ? ` (skipped: ${missing})` : ''}`, () => {
  test('an accepted message has been synced to the disk before its 2xx is written to the socket', async () => {
    const ground = await Ground.start()
    try {
      await ground.connected()
      const strace = await Strace.attach(ground.pid, join(ground.directory, 'calls'))
      const [session = '', contact = ''] = [ground.place.sessions[0]?.id, ground.place.contacts[0]?.phone]
      const marks = Array.from({ length: 30 }, (_, n) => `mark-${n}-of-this-test`)
      const send = (text: string) => ground.native.send(session, { to: contact, type: 'text', text })
      for (const mark of marks.slice(0, 10)) await send(mark)
      await Promise.all(marks.slice(10).map(send))
      const calls = await strace.stop()
      expect(marks.map((mark) => whyUnsafe(calls, mark)).filter((why) => why !== undefined)).toEqual([])
    } finally {
      await ground.stop()
    }
  })
})

const WRITE = 'pwrite64(23</data/kurir.db-wal>, "..mark..", 4096, 0) = 4096'
const SYNC = 'fdatasync(23</data/kurir.db-wal>) = 0'
const ANSWER = 'write(28<socket:[1]>, "HTTP/1.1 202 Accepted\\r\\n..mark..", 900) = 900'

test.each([
  ['the sync comes after the answer', [WRITE, ANSWER, SYNC], /before it was synced/],
  ['the sync was for what was there before', [SYNC, WRITE, ANSWER], /before it was synced/],
  ['the sync failed', [WRITE, SYNC.replace('= 0', '= -1 EIO'), ANSWER], /before it was synced/],
  ['another file was synced', [WRITE, SYNC.replace('-wal', ''), ANSWER], /before it was synced/],
  ['it was written afterwards', [ANSWER, WRITE, SYNC], /before it was written/],
  ['there was no answer', [WRITE, SYNC], /no 2xx/],
])('it is noticed when %s', (_what, calls, why) => {
  expect(whyUnsafe(calls, 'mark')).toMatch(why)
})

test('a call that was interrupted counts where it ended', () => {
  const lines = [
    '11 fdatasync(23</data/kurir.db-wal> <unfinished ...>',
    `10 ${ANSWER}`,
    '11 <... fdatasync resumed>) = 0',
    `10   ${WRITE}`,
  ]
  expect(joined(lines)).toEqual([ANSWER, 'fdatasync(23</data/kurir.db-wal> ) = 0', WRITE])
  expect(whyUnsafe([WRITE, 'fdatasync(23</data/kurir.db-wal> ) = 0', ANSWER], 'mark')).toBeUndefined()
})
