import { spawn } from 'node:child_process'
import { Slots } from './slots.ts'

/**
 * How ffmpeg is told to read a file of this type. Said outright, so that nothing in the file makes it use another
 * reader: some of those follow names of other files.
 */
const READERS = new Map([
  ['audio/ogg', 'ogg'],
  ['audio/ogg; codecs=opus', 'ogg'],
  ['audio/mpeg', 'mp3'],
  ['audio/mp4', 'mov'],
  ['audio/aac', 'aac'],
  ['audio/amr', 'amr'],
  ['audio/wav', 'wav'],
  ['audio/flac', 'flac'],
  ['audio/aiff', 'aiff'],
  ['audio/webm', 'matroska'],
  ['video/webm', 'matroska'],
  ['video/matroska', 'matroska'],
  ['video/mp4', 'mov'],
  ['video/quicktime', 'mov'],
  ['video/3gpp', 'mov'],
  ['video/3gpp2', 'mov'],
])

const TIMEOUT_MS = 60_000
/** Programs at a time. */
const CONCURRENCY = 2
/** The longest voice message that is made, in seconds. */
const VOICE_SECONDS = 3_600
const ALLOC_BYTES = 64 * 1024 * 1024
const OUTPUT_BYTES = 32 * 1024 * 1024

/** `absent`: there is no such program here. `failed`: it could not do it, or not in time. */
export type FfmpegProblem = 'absent' | 'failed'

export class FfmpegError extends Error {
  override readonly name = 'FfmpegError'
  readonly problem: FfmpegProblem

  constructor(problem: FfmpegProblem, detail: string) {
    super(detail)
    this.problem = problem
  }
}

export interface FfmpegOptions {
  /** A program's name or path. */
  program: string
  timeoutMs?: number
}

/** The program `ffmpeg`, where it is installed: started without a shell, with limits of time, memory and output. */
export class Ffmpeg {
  readonly #program: string
  readonly #timeoutMs: number
  readonly #slots = new Slots(CONCURRENCY)

  constructor({ program, timeoutMs = TIMEOUT_MS }: FfmpegOptions) {
    this.#program = program
    this.#timeoutMs = timeoutMs
  }

  /** Whether files of this type can be read. */
  reads(mimetype: string): boolean {
    return READERS.has(mimetype)
  }

  /** Writes the sound as Opus in OGG, as phones want their voice messages. Rejects with {@link FfmpegError}. */
  async toVoice(source: string, mimetype: string, target: string): Promise<void> {
    const voice = ['-vn', '-sn', '-dn', '-map_metadata', '-1', '-t', String(VOICE_SECONDS)]
    const opus = ['-c:a', 'libopus', '-b:a', '32k', '-ac', '1', '-ar', '48000', '-application', 'voip', '-f', 'ogg']
    await this.#run(source, mimetype, [...voice, ...opus, `file:${target}`])
  }

  /** The sound as 16-bit samples (little endian), mono, at 4 kHz. Rejects with {@link FfmpegError}. */
  toSamples(source: string, mimetype: string): Promise<Buffer> {
    const samples = ['-vn', '-t', String(VOICE_SECONDS), '-ac', '1', '-ar', '4000', '-f', 's16le']
    return this.#run(source, mimetype, [...samples, 'pipe:1'])
  }

  /** A frame near the beginning, as a small JPEG. Rejects with {@link FfmpegError}. */
  toFrame(source: string, mimetype: string): Promise<Buffer> {
    const frame = ['-an', '-sn', '-dn', '-frames:v', '1', '-vf', 'scale=200:-2', '-c:v', 'mjpeg', '-f', 'image2pipe']
    return this.#run(source, mimetype, [...frame, 'pipe:1'])
  }

  #run(source: string, mimetype: string, output: string[]): Promise<Buffer> {
    const reader = READERS.get(mimetype)
    if (reader === undefined) return Promise.reject(new FfmpegError('failed', `${mimetype} is not read`))
    const quiet = ['-nostdin', '-hide_banner', '-loglevel', 'error', '-threads', '1', '-max_alloc', String(ALLOC_BYTES)]
    const input = ['-protocol_whitelist', 'file,pipe', '-f', reader, '-i', `file:${source}`]
    return this.#slots.run(() => this.#spawn([...quiet, ...input, '-y', '-fs', String(OUTPUT_BYTES), ...output]))
  }

  #spawn(args: string[]): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const child = spawn(this.#program, args, { stdio: ['ignore', 'pipe', 'ignore'], shell: false })
      const timer = setTimeout(() => child.kill('SIGKILL'), this.#timeoutMs)
      const chunks: Buffer[] = []
      let size = 0
      child.stdout.on('data', (chunk: Buffer) => {
        size += chunk.length
        chunks.push(chunk)
        if (size > OUTPUT_BYTES) child.kill('SIGKILL')
      })
      child.once('error', (error) => {
        clearTimeout(timer)
        reject(new FfmpegError('code' in error && error.code === 'ENOENT' ? 'absent' : 'failed', error.message))
      })
      child.once('close', (code, signal) => {
        clearTimeout(timer)
        if (code === 0) resolve(Buffer.concat(chunks))
        else reject(new FfmpegError('failed', `ended with ${signal ?? code}`))
      })
    })
  }
}
