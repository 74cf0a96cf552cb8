import type { Logger } from 'pino'
import type { Gateway } from '../gateway.ts'
import { buildServer } from './server.ts'

/** The OpenAPI document of the native API as it is committed: independent of any configuration. */
export async function nativeOpenApi(logger: Logger): Promise<string> {
  // No handler runs while a document is made, so the verbs are not needed.
  const gateway = { access: {}, media: { maxBytes: 0 } } as Gateway
  const config = {
    publicUrl: null,
    basePath: '',
    trustProxy: false,
    corsOrigins: [],
    rateLimit: null,
    sendTimeoutMs: 0,
  }
  const app = await buildServer({ gateway, config, logger })
  try {
    return `${JSON.stringify(app.swagger(), null, 2)}\n`
  } finally {
    await app.close()
  }
}
