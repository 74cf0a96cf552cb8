import type { Contact } from '../../../chats/ports.ts'
import type { ContactChange } from '../../../core/contact.ts'
import type { SessionUid } from '../../../core/ids.ts'
import { type Jid, jidKind } from '../../../core/jid.ts'
import type { Driver } from '../driver.ts'

const BY_PHONE = 'SELECT row_no, phone, lid, push_name FROM contact WHERE session_uid = ? AND phone = ?'
const BY_LID = 'SELECT row_no, phone, lid, push_name FROM contact WHERE session_uid = ? AND lid = ?'
const INSERT = 'INSERT INTO contact (session_uid, phone, lid, push_name) VALUES (?, ?, ?, ?)'
const UPDATE = 'UPDATE contact SET phone = ?, lid = ?, push_name = ? WHERE row_no = ?'
const DELETE = 'DELETE FROM contact WHERE row_no = ?'
const LIST = `
  SELECT row_no, phone, lid, push_name FROM contact WHERE session_uid = ? AND row_no > ? ORDER BY row_no LIMIT ?`

interface Row {
  row_no: number
  phone: Jid | null
  lid: Jid | null
  push_name: string | null
}

/** Persons by session: one row holds the phone number and the LID, as they become known. */
export class ContactTable {
  private readonly byPhoneRow
  private readonly byLidRow
  private readonly insertRow
  private readonly updateRow
  private readonly deleteRow
  private readonly listRows

  constructor(driver: Driver) {
    this.byPhoneRow = driver.prepare<[string, string], Row>(BY_PHONE)
    this.byLidRow = driver.prepare<[string, string], Row>(BY_LID)
    this.insertRow = driver.prepare<[string, string | null, string | null, string | null]>(INSERT)
    this.updateRow = driver.prepare<[string | null, string | null, string | null, number]>(UPDATE)
    this.deleteRow = driver.prepare<[number]>(DELETE)
    this.listRows = driver.prepare<[string, number, number], Row>(LIST)
  }

  /**
   * Takes note of a person by one or both addresses; rows that turn out to be one person become one. Resolves with the
   * person before and now where something new became known of one who was known.
   */
  async note(
    session: SessionUid,
    addresses: readonly (Jid | null)[],
    name: string | null,
  ): Promise<ContactChange | undefined> {
    const phone = addresses.find((jid) => jid && jidKind(jid) === 'user') ?? null
    const lid = addresses.find((jid) => jid && jidKind(jid) === 'lid') ?? null
    const [one, other] = await Promise.all([
      phone === null ? undefined : this.byPhoneRow.get(session, phone),
      lid === null ? undefined : this.byLidRow.get(session, lid),
    ])
    const known = one ?? other
    if (!known) {
      if (phone ?? lid) this.insertRow.post(session, phone, lid, name)
      return undefined
    }
    if (one && other && one.row_no !== other.row_no) this.deleteRow.post(other.row_no)
    const { row: _, ...before } = toContact(known)
    const now = { phone: phone ?? before.phone, lid: lid ?? before.lid, name: name ?? before.name }
    if (now.phone === before.phone && now.lid === before.lid && now.name === before.name) return undefined
    this.updateRow.post(now.phone, now.lid, now.name, known.row_no)
    return { before, now }
  }

  /** The person with this address. */
  async find(session: SessionUid, jid: Jid): Promise<Contact | undefined> {
    const row = jidKind(jid) === 'lid' ? await this.byLidRow.get(session, jid) : await this.byPhoneRow.get(session, jid)
    return row && toContact(row)
  }

  async list(session: SessionUid, afterRow: number, limit: number): Promise<Contact[]> {
    return (await this.listRows.all(session, afterRow, limit)).map(toContact)
  }
}

function toContact({ row_no: row, phone, lid, push_name: name }: Row): Contact {
  return { row, phone, lid, name }
}
