/**
 * Resolves with the reason when the process is told to stop: SIGTERM, SIGINT, or, with `withParent`, when standard
 * input closes. A second signal ends the process at once.
 */
export function stopRequested(withParent: boolean): Promise<string> {
  return new Promise((resolve) => {
    let isAsked = false
    const onSignal = (signal: NodeJS.Signals, number: number) => {
      if (isAsked) process.exit(128 + number)
      isAsked = true
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
