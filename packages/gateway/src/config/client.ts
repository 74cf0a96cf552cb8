/** Where the command line finds a running gateway, and with which key. */
export interface ClientConfig {
  url: string
  /** Null where none was given. */
  key: string | null
}

/** Reads `KURIR_URL` (default http://127.0.0.1:3000) and `KURIR_KEY`; what the command line says goes before. */
export function loadClientConfig(
  given: { url?: string; key?: string },
  env: Record<string, string | undefined> = process.env,
): ClientConfig {
  const url = given.url ?? (env.KURIR_URL || 'http://127.0.0.1:3000')
  return { url: url.replace(/\/+$/, ''), key: given.key ?? (env.KURIR_KEY || null) }
}
