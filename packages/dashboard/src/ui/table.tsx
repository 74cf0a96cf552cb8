import type { ReactNode } from 'react'
import { List, type ListProps } from './list-page.tsx'

export interface Column<Row> {
  label: string
  /**
   * On narrow screens each row is a card: `name` names it, `badge` stands beside the name, `act` is what can be done (its head
   * is heard, not seen), and a `fact`, the default, is a line below with its label.
   */
  role?: 'name' | 'badge' | 'act' | 'fact'
  /** A long word may be broken anywhere. */
  breaks?: boolean
  cell: (row: Row) => ReactNode
}

interface TableProps<Row> extends Omit<ListProps<Row>, 'children'> {
  /** What is listed, for those who do not see it. */
  name: string
  columns: readonly Column<Row>[]
}

/** A list as a table in its panel; while it is read, and where it is empty, as every {@link List}. */
export function Table<Row extends { id: string }>({ name, columns, ...list }: TableProps<Row>) {
  return (
    <List {...list}>
      {(rows) => (
        <div className="table-box">
          <table className="cards" aria-label={name}>
            <thead>
              <tr>
                {columns.map(({ label, role }) => (
                  <th key={label}>{role === 'act' ? <span className="skip">{label}</span> : label}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  {columns.map((column) => (
                    <Cell key={column.label} column={column} row={row} />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </List>
  )
}

function Cell<Row>({ column: { label, role = 'fact', breaks, cell }, row }: { column: Column<Row>; row: Row }) {
  const names = [role === 'name' || role === 'act' ? role : '', breaks ? 'wrap' : ''].filter(Boolean).join(' ')
  return (
    <td data-label={role === 'fact' ? label : undefined} className={names || undefined}>
      {cell(row)}
    </td>
  )
}
