import { connect } from 'node:net'

const TIMEOUT_MS = 5_000

/**
 * Tries to open a connection to `host:port` and closes it again. Resolves with null where it opens, else with the
 * system's word for what failed (`ENOTFOUND`, `ECONNREFUSED`, …, `timeout`). Never rejects.
 */
export function whyUnreachable(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (why: string | null) => {
      socket.destroy()
      resolve(why)
    }
    socket.setTimeout(TIMEOUT_MS, () => end('timeout'))
    socket.once('connect', () => end(null))
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'failed'))
  })
}
