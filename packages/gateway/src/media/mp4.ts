import type { FileHandle } from 'node:fs/promises'
import type { MediaTraits } from '../core/media.ts'
import { part } from './sound.ts'

interface Box {
  type: string
  /** Where its content begins and ends. */
  start: number
  end: number
}

/** Boxes looked at; a real file has a few dozen before what is wanted here. */
const MAX_BOXES = 2_000

/**
 * Length and size of an MP4, M4A or QuickTime file: of its movie and its first track with a picture (ISO/IEC 14496-12,
 * 8.2.2 and 8.3.2). What is not there is left out. Reads heads of boxes only, wherever in the file they are.
 */
export async function mp4Traits(
  file: FileHandle,
  size: number,
): Promise<Pick<MediaTraits, 'width' | 'height' | 'seconds'>> {
  const budget = { left: MAX_BOXES }
  const traits: Pick<MediaTraits, 'width' | 'height' | 'seconds'> = {}
  const movie = await find(file, { start: 0, end: size }, 'moov', budget)
  if (!movie) return traits
  for await (const box of boxes(file, movie, budget)) {
    if (box.type === 'mvhd') {
      const seconds = duration(await part(file, box.start, 32))
      if (seconds !== undefined) traits.seconds = seconds
    } else if (box.type === 'trak' && traits.width === undefined) {
      const head = await find(file, box, 'tkhd', budget)
      if (head) Object.assign(traits, dimensions(await part(file, head.start, Math.min(96, head.end - head.start))))
    }
  }
  return traits
}

async function find(
  file: FileHandle,
  within: { start: number; end: number },
  type: string,
  budget: { left: number },
): Promise<Box | undefined> {
  for await (const box of boxes(file, within, budget)) if (box.type === type) return box
  return undefined
}

async function* boxes(
  file: FileHandle,
  within: { start: number; end: number },
  budget: { left: number },
): AsyncGenerator<Box> {
  for (let at = within.start; at + 8 <= within.end && budget.left > 0; budget.left -= 1) {
    const head = await part(file, at, 16)
    if (head.length < 8) return
    const short = head.readUInt32BE(0)
    const isLong = short === 1 && head.length === 16
    // Size 0: to the end of the file.
    const length = isLong ? Number(head.readBigUInt64BE(8)) : short === 0 ? within.end - at : short
    const start = at + (isLong ? 16 : 8)
    const end = at + length
    if (end < start || end > within.end) return
    yield { type: head.toString('latin1', 4, 8), start, end }
    at = end
  }
}

/** Of a movie header of version 0 or 1. */
function duration(box: Buffer): number | undefined {
  if (box.length < 32) return undefined
  const isLong = box[0] === 1
  const timescale = box.readUInt32BE(isLong ? 20 : 12)
  const units = isLong ? Number(box.readBigUInt64BE(24)) : box.readUInt32BE(16)
  return timescale > 0 && units > 0 ? units / timescale : undefined
}

/** Of a track header of version 0 or 1; the last eight bytes are 16.16 numbers. Nothing for a track without a picture. */
function dimensions(box: Buffer): { width?: number; height?: number } {
  const end = box[0] === 1 ? 96 : 84
  if (box.length < end) return {}
  const [width, height] = [box.readUInt32BE(end - 8) / 65_536, box.readUInt32BE(end - 4) / 65_536]
  if (width < 1 || height < 1) return {}
  // The track's matrix: without a first element the picture stands on its side.
  const isTurned = box.readInt32BE(end - 44) === 0
  const [across, down] = isTurned ? [height, width] : [width, height]
  return { width: Math.round(across), height: Math.round(down) }
}
