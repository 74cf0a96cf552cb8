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
