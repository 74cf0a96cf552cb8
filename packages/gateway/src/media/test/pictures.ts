import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'

const COLOURED = { channels: 4, background: { r: 40, g: 160, b: 90, alpha: 0.8 } } as const

/** A plain picture. */
export function picture(format: 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif', width = 64, height = 48) {
  const plain = sharp({ create: { width, height, ...COLOURED } })
  return (format === 'avif' ? plain.avif({ effort: 0 }) : plain.toFormat(format)).toBuffer()
}

/** A GIF of so many frames. */
export function movingPicture(frames: number, width: number, height: number): Promise<Buffer> {
  const page = width * height * 3
  const raw = Buffer.alloc(frames * page, 0)
  for (let frame = 0; frame < frames; frame++) raw.fill(frame * 20 + 1, frame * page, (frame + 1) * page)
  return sharp(raw, { raw: { width, height: height * frames, channels: 3, pageHeight: height } })
    .gif({ effort: 1, colours: 32, loop: 0, delay: Array.from({ length: frames }, () => 80) })
    .toBuffer()
}

/** A PNG of one bit per pixel, all the same: a small file whatever its size (RFC 2083). */
export function bomb(width: number, height: number): Buffer {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([1, 0, 0, 0, 0], 8)
  const rows = Buffer.alloc((Math.ceil(width / 8) + 1) * height)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}
