import { fileURLToPath } from 'node:url'

/** The command that operators run. */
export const KURIR = fileURLToPath(new URL('../../packages/gateway/bin/kurir.mjs', import.meta.url))
