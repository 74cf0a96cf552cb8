import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FastifyReply } from 'fastify'
import { openApiOf } from '../../dialects/api.ts'
import type { Dialect } from '../../dialects/dialect.ts'
import { baseUrl, type HttpConfig, type Server } from '../context.ts'
import { VERSION } from '../version.ts'
import { PAGE, PAGE_POLICY, type ShownDocument, startScript } from './page.ts'
import { scalarScript } from './scalar.ts'

const decompress = promisify(gunzip)
const HIDDEN = { config: { access: 'public' }, schema: { hide: true } } as const
/** How long a browser keeps the script. It is the same until the gateway is updated. */
const SCRIPT_CACHE = 'public, max-age=3600'

/** A page that shows the native API and those of the dialects, to read and to try. Nothing of it comes from elsewhere. */
export function docsRoutes(app: Server, config: HttpConfig, dialects: readonly Dialect[]): void {
  const shown: ShownDocument[] = [{ title: 'native', url: '../openapi.json' }]
  for (const dialect of dialects) {
    if (!dialect.api) continue
    shown.push({ title: dialect.name, url: `${dialect.name}.json` })
    app.get(`/docs/${dialect.name}.json`, HIDDEN, async (request) =>
      openApiOf(dialect, { version: VERSION, server: baseUrl(request, config) }),
    )
  }
  const start = startScript(shown)
  app.get('/docs', HIDDEN, async (_request, reply) => reply.redirect(`${config.basePath}/docs/`, 301))
  app.get('/docs/', HIDDEN, async (_request, reply) =>
    reply.header('content-security-policy', PAGE_POLICY).type('text/html; charset=utf-8').send(PAGE),
  )
  app.get('/docs/start.js', HIDDEN, async (_request, reply) => asScript(reply).send(start))
  let script: Promise<Buffer> | undefined
  app.get('/docs/scalar.js', HIDDEN, async (request, reply) => {
    script ??= scalarScript()
    const compressed = await script
    asScript(reply).header('cache-control', SCRIPT_CACHE).header('vary', 'accept-encoding')
    const isUnderstood = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
    if (!isUnderstood) return reply.send(await decompress(compressed))
    return reply.header('content-encoding', 'gzip').send(compressed)
  })
}

function asScript(reply: FastifyReply): FastifyReply {
  return reply.type('text/javascript; charset=utf-8')
}
