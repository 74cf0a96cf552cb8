/** A database of its own for one run. */
export interface Database {
  readonly name: 'sqlite' | 'postgres'
  /** The gateway's settings that point at it. */
  readonly settings: Record<string, string>
  /** Leaves nothing behind. */
  drop(): Promise<void>
}

/** The file in the gateway's data directory, which goes with that. */
export function sqlite(): Database {
  return { name: 'sqlite', settings: {}, drop: async () => {} }
}

export const isDatabaseName = (name: string): name is Database['name'] => name === 'sqlite' || name === 'postgres'

/** A fresh database of this kind. */
export async function databaseFor(name: Database['name']): Promise<Database> {
  if (name === 'sqlite') return sqlite()
  throw new Error(`there is no store for ${name}`)
}

/** Why this kind cannot be had here; undefined where it can. */
export async function whyMissing(name: Database['name']): Promise<string | undefined> {
  return name === 'sqlite' ? undefined : 'there is no store for it'
}
