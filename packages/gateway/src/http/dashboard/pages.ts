import { existsSync } from 'node:fs'
import { join } from 'node:path'
import staticFiles from '@fastify/static'
import type { Server } from '../context.ts'

/** Scripts and styles of ours alone, nothing from elsewhere, in nobody's frame. */
const POLICY = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const NOT_BUILT = `The dashboard is not built yet. In Kurir's folder run

  npm run dashboard

and load this page again. The API works without it.
`

/** Serves the dashboard's files, which hold no data and need no login. `dir` is where they are built to. */
export async function dashboardPages(app: Server, dir: string, basePath: string): Promise<void> {
  await app.register(staticFiles, { root: dir, serve: false, cacheControl: false, suppressWarning: true })
  const isPublic = { config: { access: 'public' }, schema: { hide: true } } as const

  app.get(`${basePath}/`, isPublic, (_request, reply) => {
    reply.headers({ 'content-security-policy': POLICY, 'cache-control': 'no-cache' })
    if (!existsSync(join(dir, 'index.html'))) return reply.code(503).type('text/plain; charset=utf-8').send(NOT_BUILT)
    return reply.sendFile('index.html')
  })
  // Relative addresses of the page need the slash at the end.
  if (basePath) app.get(basePath, isPublic, (_request, reply) => reply.redirect(`${basePath}/`))

  app.get<{ Params: { file: string } }>(`${basePath}/assets/:file`, isPublic, (request, reply) => {
    // Their names change with their contents.
    reply.headers({ 'content-security-policy': POLICY, 'cache-control': 'public, max-age=31536000, immutable' })
    return reply.sendFile(`assets/${request.params.file}`)
  })
}
