import type { SqlValue } from '../driver.ts'

/** Conditions of a list, of which only those that are asked for go into its statement. */
export class Filter {
  /** In the order of their placeholders. */
  readonly values: SqlValue[] = []
  private readonly terms: string[] = []

  /** Adds a condition with the values of its placeholders; `term` is our own text. */
  where(term: string, ...bound: SqlValue[]): void {
    this.terms.push(term)
    this.values.push(...bound)
  }

  /** The WHERE clause; empty without any condition. */
  get sql(): string {
    return this.terms.length > 0 ? `WHERE ${this.terms.join(' AND ')}` : ''
  }
}
