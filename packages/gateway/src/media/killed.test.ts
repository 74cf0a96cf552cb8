import { spawn } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import type { MediaId } from '../core/media.ts'
import { MediaRig, TENANT } from './test/media-rig.ts'

const CHILD = fileURLToPath(new URL('./test/child.ts', import.meta.url))
const MB = 1024 * 1024
let rig: MediaRig
afterEach(() => rig?.close())

test('whatever a killed process was writing, all that can be named afterwards is whole', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kurir-media-'))
  const told: MediaId[] = []
  for (const after of [0, 5, 20, 60]) {
    const child = spawn(process.execPath, [CHILD, dataDir, String(3 * MB), '1000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: child.stdout })
    let begun = 0
    for await (const line of lines) {
      if (line === 'begun') begun += 1
      else told.push((JSON.parse(line) as { id: MediaId }).id)
      if (line === 'begun' && begun === 2) setTimeout(() => child.kill('SIGKILL'), after)
    }
  }
  rig = await MediaRig.open({ dataDir })
  await rig.media.start()
  expect(told.length).toBeGreaterThanOrEqual(4)
  for (const id of told) expect((await rig.media.open(TENANT, id)).size).toBe(3 * MB)
  await rig.media.prune(Date.now())
  const named = new Set(await Promise.all(told.map(async (id) => (await rig.media.get(TENANT, id)).sha256)))
  // At most one file per kill was on disk and not told yet; no part of one is left.
  const kept = await rig.files()
  expect(kept.length).toBeLessThanOrEqual(named.size + 4)
  expect(kept.every((name) => /^[0-9a-f]{64}$/.test(name))).toBe(true)
}, 30_000)

test('a full disk is said to be one, nothing is left of the file, and smaller ones are still taken', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kurir-media-'))
  // No file of this process may have more than 2 MB (in units of 512 bytes): what the kernel says of a full disk.
  const limited = (bytes: number) =>
    new Promise<string>((resolve, reject) => {
      const command = ['-c', 'ulimit -f 4096; exec "$@"', 'sh', process.execPath, CHILD, dataDir, String(bytes)]
      const child = spawn('sh', command, { stdio: ['ignore', 'pipe', 'inherit'] })
      let text = ''
      child.stdout.on('data', (chunk) => {
        text += String(chunk)
      })
      child.once('error', reject)
      child.once('close', () => resolve(text.trim().split('\n').at(-1) ?? ''))
    })
  const refused = JSON.parse(await limited(8 * MB))
  expect(refused).toEqual({ code: 'unavailable', message: 'The disk cannot take the file now' })
  expect(JSON.parse(await limited(MB / 2))).toEqual({ id: expect.stringMatching(/^med_/) })
  rig = await MediaRig.open({ dataDir })
  expect(await rig.files()).toHaveLength(1)
}, 30_000)
