import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Ffmpeg } from './ffmpeg.ts'
import { waveformOf } from './traits.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kurir-ffmpeg-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** A program of these lines in the place of ffmpeg. */
async function program(lines: string): Promise<string> {
  const path = join(folder, `${Math.random()}.mjs`)
  await writeFile(path, `#!${process.execPath}\n${lines}\n`)
  await chmod(path, 0o700)
  return path
}

test('one that hangs is ended', async () => {
  const ffmpeg = new Ffmpeg({ program: await program('setInterval(() => {}, 1000)'), timeoutMs: 300 })
  await expect(ffmpeg.toSamples('a', 'audio/wav')).rejects.toMatchObject({ problem: 'failed' })
})

test('one that does not stop writing is ended', async () => {
  const endless =
    'const go = () => { while (process.stdout.write(Buffer.alloc(1e6))); }; process.stdout.on("drain", go); go()'
  const ffmpeg = new Ffmpeg({ program: await program(endless) })
  await expect(ffmpeg.toSamples('a', 'audio/wav')).rejects.toMatchObject({ problem: 'failed' })
}, 20_000)

test('one that is not there, or may not be started, is told apart', async () => {
  const absent = new Ffmpeg({ program: join(folder, 'nothing') })
  await expect(absent.toSamples('a', 'audio/wav')).rejects.toMatchObject({ problem: 'absent' })
  const forbidden = new Ffmpeg({ program: folder })
  await expect(forbidden.toSamples('a', 'audio/wav')).rejects.toMatchObject({ problem: 'failed' })
})

test('at most two run at a time, and a type that nothing reads starts none', async () => {
  const counting = `
    import { readdirSync, rmSync, writeFileSync } from 'node:fs'
    const mine = ${JSON.stringify(folder)} + '/run-' + process.pid
    writeFileSync(mine, '')
    setTimeout(() => {
      process.stdout.write(String(readdirSync(${JSON.stringify(folder)}).filter((name) => name.startsWith('run-')).length))
      rmSync(mine)
    }, 150)`
  const ffmpeg = new Ffmpeg({ program: await program(counting) })
  const counts = await Promise.all(Array.from({ length: 5 }, () => ffmpeg.toSamples('a', 'audio/wav')))
  expect(Math.max(...counts.map((text) => Number(text)))).toBeLessThanOrEqual(2)
  await expect(ffmpeg.toVoice('a', 'application/x-mpegurl', 'b')).rejects.toMatchObject({ problem: 'failed' })
})

test('a waveform rises with the sound', () => {
  const samples = Buffer.alloc(2 * 64 * 10)
  for (let at = 0; at < 640; at++) samples.writeInt16LE((at % 2 ? -1 : 1) * at * 50, 2 * at)
  const wave = waveformOf(samples)
  expect(wave).toHaveLength(64)
  expect([...wave]).toEqual([...wave].sort((a, b) => a - b))
  expect([wave[0], wave[63]]).toEqual([1, 100])
  expect(waveformOf(Buffer.alloc(0))).toEqual(new Uint8Array(64))
})
