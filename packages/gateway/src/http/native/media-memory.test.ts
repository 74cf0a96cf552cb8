import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'

const MB = 1024 * 1024
const FILE_BYTES = 50 * MB
const LIMIT_BYTES = 20 * MB

let child: ChildProcess | undefined
afterEach(() => child?.kill('SIGKILL'))

/** A server in a process of its own, and the most memory that it had since the last call, in bytes. */
async function start() {
  const file = fileURLToPath(new URL('../test/media-child.ts', import.meta.url))
  const started = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'inherit'] })
  child = started
  const lines = createInterface({ input: started.stdout })
  const next = async () => String((await once(lines, 'line'))[0])
  const { url, admin } = JSON.parse(await next()) as { url: string; admin: string }
  const peak = async () => {
    const answer = next()
    started.stdin.write('\n')
    return Number(await answer)
  }
  return { url, authorization: `Bearer ${admin}`, peak }
}

/** A file that is made while it is sent. */
function* content(bytes: number, before = '', after = '') {
  yield Buffer.from(before)
  for (let left = bytes; left > 0; left -= 65_536) yield Buffer.alloc(Math.min(65_536, left), left % 251)
  yield Buffer.from(after)
}

test.skipIf(process.platform !== 'linux')(
  'memory does not grow with the file: not when it comes, not when it goes',
  async () => {
    const { url, authorization, peak } = await start()
    const send = async (bytes: number, form: boolean) => {
      const [before, after] = form
        ? ['--b\r\ncontent-disposition: form-data; name="file"; filename="a.bin"\r\n\r\n', '\r\n--b--\r\n']
        : ['', '']
      const type = form ? 'multipart/form-data; boundary=b' : 'application/octet-stream'
      const response = await fetch(`${url}/v1/media`, {
        method: 'POST',
        headers: { authorization, 'content-type': type },
        body: Readable.toWeb(Readable.from(content(bytes, before, after))) as ReadableStream,
        duplex: 'half',
      } as RequestInit)
      expect(response.status).toBe(201)
      return (await response.json()) as { id: string; size: number }
    }
    const read = async (id: string) => {
      const response = await fetch(`${url}/v1/media/${id}`, { headers: { authorization } })
      let size = 0
      for await (const chunk of response.body ?? []) size += (chunk as Uint8Array).length
      return size
    }
    // The code of both ways is loaded and compiled before anything is measured.
    for (const form of [true, false]) await read((await send(4 * MB, form)).id)
    await peak()
    const idle = await peak()
    for (const form of [true, false]) {
      const { id, size } = await send(FILE_BYTES, form)
      expect(size).toBe(FILE_BYTES)
      expect(await read(id)).toBe(FILE_BYTES)
    }
    expect((await peak()) - idle).toBeLessThan(LIMIT_BYTES)
  },
  30_000,
)
