import { readFile } from 'node:fs/promises'
import type { FastifyInstance, FastifyReply } from 'fastify'

const TYPES = { html: 'text/html; charset=utf-8', css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8' }

/** What the page loads, from `/phone/`. */
const PARTS = ['phone.css', 'phone.js', 'api.js', 'bubble.js', 'dialogs.js', 'dom.js']

/** Scripts of ours alone; thumbnails are data; a page of the same machine may show the phone beside itself. */
const POLICY =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors http://127.0.0.1:* http://localhost:*"

/** The virtual phone as a web page at `/phone`, where one reads, answers and scans by hand. */
export function pageRoutes(app: FastifyInstance): void {
  app.get('/phone', (_request, reply) => sendFile(reply, 'index.html'))
  for (const name of PARTS) {
    const path = `/phone/${name}`
    app.get(path, (_request, reply) => sendFile(reply, name))
  }
}

async function sendFile(reply: FastifyReply, name: string): Promise<FastifyReply> {
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1) as keyof typeof TYPES]
  const bytes = await readFile(new URL(`../../page/${name}`, import.meta.url))
  return reply
    .type(type)
    .header('content-security-policy', POLICY)
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'no-cache')
    .send(bytes)
}
