/** What the exit status of a command means; printed by `kurir --help`. */
export const EXIT = {
  /** Done. */
  ok: 0,
  /** Something failed; the last line on standard error says what. */
  failed: 1,
  /** The command line or the configuration is not valid. */
  usage: 2,
  /** The gateway could not be reached. */
  unreachable: 3,
  /** The gateway refused: a wrong key, a missing session, a request that is not valid. */
  refused: 4,
} as const

/** A failure to tell the user in one line, with the exit status it means. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exitCode: number

  constructor(message: string, exitCode: number) {
    super(message)
    this.exitCode = exitCode
  }
}
