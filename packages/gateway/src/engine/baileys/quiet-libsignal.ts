import { getCallSites } from 'node:util'

/**
 * libsignal reports on the console: `Closing session:` with the whole session, private keys included (trap T24). It
 * takes no logger, so the console is told to say nothing for callers inside libsignal; everybody else is unaffected.
 */
const METHODS = ['log', 'info', 'warn', 'error', 'debug'] as const
const LIBSIGNAL = /[\\/]node_modules[\\/]libsignal[\\/]/
const QUIET = Symbol.for('kurir.quiet-libsignal')

/** Silences libsignal on a console, by default this process's. Doing it again changes nothing. */
export function quietLibsignal(target: Console = console): void {
  if (QUIET in target) return
  Object.defineProperty(target, QUIET, { value: true })
  for (const method of METHODS) {
    const original = target[method].bind(target)
    target[method] = (...args: unknown[]) => {
      if (!calledByLibsignal()) original(...args)
    }
  }
}

/** Looks at the caller of the console method; libsignal is never deeper on a stack that matters. */
function calledByLibsignal(): boolean {
  const caller = getCallSites(3)[2]
  return caller !== undefined && LIBSIGNAL.test(caller.scriptName)
}
