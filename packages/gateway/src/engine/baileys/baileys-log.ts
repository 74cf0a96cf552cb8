import type { Logger } from 'pino'

interface BaileysLogger {
  level: string
  child(bindings: Record<string, unknown>): BaileysLogger
  trace(data: unknown, text?: string): void
  debug(data: unknown, text?: string): void
  info(data: unknown, text?: string): void
  warn(data: unknown, text?: string): void
  error(data: unknown, text?: string): void
}

/**
 * The logger Baileys gets. It hands stanzas, keys and handshakes to its logger as data, and puts addresses into some
 * texts, so nothing but constant texts of warnings and errors passes, and only where our own log shows `debug`.
 */
export function baileysLog(logger: Logger): BaileysLogger {
  const drop = () => {}
  const pass = (data: unknown, text?: string) => {
    const said = typeof data === 'string' ? data : text
    if (said && !/[\d@]/.test(said)) logger.debug({ baileys: said }, 'Baileys reports')
  }
  const log: BaileysLogger = {
    level: 'silent',
    child: () => log,
    trace: drop,
    debug: drop,
    info: drop,
    warn: pass,
    error: pass,
  }
  return log
}
