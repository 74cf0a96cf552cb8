/** A terminal, npm and the launcher may each pass on the same key press; what comes this soon is one request. */
const SAME_REQUEST_MS = 500

/**
 * Resolves with the reason when the process is told to stop: SIGTERM, SIGINT, or, with `withParent`, when standard
 * input closes. A second signal ends the process at once.
 */
export function stopRequested(withParent: boolean): Promise<string> {
  return new Promise((resolve) => {
    let askedAt: number | undefined
    const onSignal = (signal: NodeJS.Signals, number: number) => {
      const now = performance.now()
      if (askedAt !== undefined && now - askedAt > SAME_REQUEST_MS) process.exit(128 + number)
      askedAt ??= now
      resolve(signal)
    }
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
    if (!withParent) return
    process.stdin.on('end', () => resolve('parent ended'))
    process.stdin.on('error', () => resolve('parent ended'))
    process.stdin.resume()
  })
}
