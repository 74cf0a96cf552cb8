import type { Driver } from '../driver.ts'

const LOAD = 'SELECT kek, answer, state FROM master_key WHERE id = 1'
const SAVE = `
  INSERT INTO master_key (id, kek, answer, state, changed_at) VALUES (1, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET kek = excluded.kek, answer = excluded.answer, state = excluded.state,
    changed_at = excluded.changed_at`

/** `converting` while plain values of before are being encrypted. */
export interface MasterKeyRow {
  kek: string
  /** A known text, wrapped. */
  answer: string
  state: 'converting' | 'on'
}

/** One row once the store is encrypted: it shows whether a master key fits. */
export class MasterKeyTable {
  private readonly loadRow
  private readonly saveRow

  constructor(driver: Driver) {
    this.loadRow = driver.prepare<[], MasterKeyRow>(LOAD)
    this.saveRow = driver.prepare<[string, string, string, number]>(SAVE)
  }

  async load(): Promise<MasterKeyRow | undefined> {
    return await this.loadRow.get()
  }

  async save({ kek, answer, state }: MasterKeyRow, at: number): Promise<void> {
    await this.saveRow.run(kek, answer, state, at)
  }
}
