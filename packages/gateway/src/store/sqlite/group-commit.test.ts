import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { KurirError } from '../../core/errors.ts'
import { type Effects, GroupCommit } from '../sql/group-commit.ts'
import { type Driver, openDriver, transactionsOf } from './driver.ts'

let directory: string
let driver: Driver
let observer: Driver
let rung: Effects[]
let refreshed: number
let writer: GroupCommit

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kurir-writer-'))
  driver = openDriver(join(directory, 'test.db'), { busyMs: 100 })
  driver.exec('PRAGMA journal_mode=WAL; CREATE TABLE item (n INTEGER PRIMARY KEY, filler BLOB)')
  observer = openDriver(join(directory, 'test.db'), { busyMs: 100 })
  rung = []
  refreshed = 0
  writer = new GroupCommit({
    transactions: transactionsOf(driver),
    logger: pino({ level: 'silent' }),
    probe: async () => void insertRow().run(Date.now(), null),
    onCommitted: (effects) => rung.push(effects),
    refresh: async () => void refreshed++,
  })
})

afterEach(async () => {
  await writer.close()
  observer.close()
  driver.close()
  rmSync(directory, { recursive: true })
})

function insertRow() {
  return driver.prepare<[number, Uint8Array | null]>('INSERT INTO item (n, filler) VALUES (?, ?)')
}

function add(n: number): Promise<number> {
  return writer.write(() => {
    insertRow().run(n, null)
    return n
  })
}

/** What another connection sees: only what is committed. */
function committed(): number[] {
  return observer
    .prepare<[], { n: number }>('SELECT n FROM item ORDER BY rowid')
    .all()
    .map(({ n }) => n)
}

describe('units', () => {
  test('are committed when their promises resolve, and not before', async () => {
    const pending = add(1)
    expect(committed()).toEqual([])
    await expect(pending).resolves.toBe(1)
    expect(committed()).toEqual([1])
  })

  test('that come together share one transaction', async () => {
    const seen = await Promise.all(
      [1, 2, 3].map((n) =>
        writer.write(() => {
          insertRow().run(n, null)
          return committed().length
        }),
      ),
    )
    expect(seen).toEqual([0, 0, 0])
    expect(committed()).toEqual([1, 2, 3])
  })

  test('run in the order of their calls, and see those before them', async () => {
    const counts = Array.from({ length: 200 }, (_, n) =>
      writer.write(() => {
        const before = driver.prepare<[], { c: number }>('SELECT count(*) AS c FROM item').get()?.c
        insertRow().run(n, null)
        return before
      }),
    )
    expect(await Promise.all(counts)).toEqual(Array.from({ length: 200 }, (_, n) => n))
  })

  test('resolve in the order of their calls, over several transactions', async () => {
    const order: number[] = []
    await Promise.all(Array.from({ length: 150 }, (_, n) => add(n).then(() => order.push(n))))
    expect(order).toEqual(Array.from({ length: 150 }, (_, n) => n))
  })

  test('leave the event loop to others between two transactions', async () => {
    let turns = 0
    const tick = () => {
      turns++
      immediate = setImmediate(tick)
    }
    let immediate = setImmediate(tick)
    await Promise.all(Array.from({ length: 64 * 5 }, (_, n) => add(n)))
    clearImmediate(immediate)
    expect(turns).toBeGreaterThanOrEqual(4)
  })

  test('that fail, fail alone and leave nothing behind', async () => {
    const bad = writer.write(() => {
      insertRow().run(2, null)
      throw new KurirError('invalid_request')
    })
    const twice = [add(1), bad, add(1), add(3)]
    const [first, failed, duplicate, last] = await Promise.allSettled(twice)
    expect(first?.status).toBe('fulfilled')
    expect(failed).toMatchObject({ status: 'rejected', reason: { code: 'invalid_request' } })
    expect(duplicate).toMatchObject({ status: 'rejected', reason: { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' } })
    expect(last?.status).toBe('fulfilled')
    expect(committed()).toEqual([1, 3])
    expect(refreshed).toBe(2)
    expect(writer.health()).toEqual({ ok: true, error: null })
  })

  test('that fail without company leave nothing behind either', async () => {
    const bad = writer.write(() => {
      insertRow().run(2, null)
      throw new KurirError('invalid_request')
    })
    await expect(bad).rejects.toMatchObject({ code: 'invalid_request' })
    await add(3)
    expect(committed()).toEqual([3])
  })

  test('tell their effects once per transaction, after it', async () => {
    const inTransaction = vi.fn()
    await Promise.all([
      writer.write((effects) => {
        effects.events = true
        inTransaction(rung.length)
      }),
      writer.write((effects) => {
        effects.deliveries = true
      }),
    ])
    await add(1)
    expect(inTransaction).toHaveBeenCalledWith(0)
    expect(rung).toEqual([{ events: true, deliveries: true }])
  })
})

describe('a disk that refuses', () => {
  const big = new Uint8Array(64 * 4096)

  function limitPages(spare: number): void {
    const pages = driver.prepare<[], { page_count: number }>('PRAGMA page_count').get()?.page_count ?? 0
    driver.exec(`PRAGMA max_page_count = ${pages + spare}`)
  }

  test('fails every unit of the transaction as unavailable, and none of it is stored', async () => {
    limitPages(4)
    const all = await Promise.allSettled([add(1), writer.write(() => void insertRow().run(2, big)), add(3)])
    for (const one of all) expect(one).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } })
    expect(committed()).toEqual([])
    expect(writer.health()).toEqual({ ok: false, error: 'SQLITE_FULL' })
  })

  test('is written again as soon as it takes writes', async () => {
    limitPages(4)
    await expect(writer.write(() => void insertRow().run(1, big))).rejects.toMatchObject({ code: 'unavailable' })
    driver.exec('PRAGMA max_page_count = 1000000')
    await writer.write(() => void insertRow().run(1, big))
    expect(writer.health()).toEqual({ ok: true, error: null })
    expect(committed()).toEqual([1])
  })

  test('is found well again without any traffic', async () => {
    limitPages(4)
    await expect(writer.write(() => void insertRow().run(1, big))).rejects.toMatchObject({ code: 'unavailable' })
    driver.exec('PRAGMA max_page_count = 1000000')
    await vi.waitFor(() => expect(writer.health().ok).toBe(true), { timeout: 5_000, interval: 50 })
  })
})

describe('a closed writer', () => {
  test('has stored what it was given before', async () => {
    const all = Promise.all(Array.from({ length: 100 }, (_, n) => add(n)))
    await writer.close()
    await all
    expect(committed()).toHaveLength(100)
  })

  test('takes and reads nothing more', async () => {
    await writer.close()
    await expect(add(1)).rejects.toMatchObject({ code: 'unavailable' })
    await expect(writer.read(() => 1)).rejects.toMatchObject({ code: 'unavailable' })
    expect(writer.health().ok).toBe(false)
  })
})
