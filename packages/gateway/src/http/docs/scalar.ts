import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import Fastify from 'fastify'

const compress = promisify(gzip)

/**
 * Scalar's script, compressed by gzip. It is five megabytes, so it is loaded when somebody first looks at the page; it
 * comes from the package by the plugin's own route, which is all that the package shows.
 */
export async function scalarScript(): Promise<Buffer> {
  const { default: plugin } = await import('@scalar/fastify-api-reference')
  const shelf = Fastify()
  try {
    await shelf.register(plugin, { routePrefix: '/docs', configuration: { url: '/' } })
    const { rawPayload } = await shelf.inject('/docs/js/scalar.js')
    return await compress(rawPayload)
  } finally {
    await shelf.close()
  }
}
