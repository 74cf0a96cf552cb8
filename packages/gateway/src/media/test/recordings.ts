/** A tone (or silence) of this length, 8 kHz, mono, as WAV. */
export function wav(seconds: number, hertz = 0): Buffer {
  const data = Buffer.alloc(seconds * 16_000)
  for (let at = 0; at < data.length / 2; at++) {
    data.writeInt16LE(Math.round(20_000 * Math.sin((2 * Math.PI * hertz * at) / 8_000)), 2 * at)
  }
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + data.length, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(8_000, 24)
  head.writeUInt32LE(16_000, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36)
  head.writeUInt32LE(data.length, 40)
  return Buffer.concat([head, data])
}

/** OGG pages of an Opus stream of this length; the sound itself is nothing that plays. */
export function ogg(seconds: number): Buffer {
  const skipped = 312
  const head = Buffer.alloc(19)
  head.write('OpusHead', 0)
  head.set([1, 1], 8)
  head.writeUInt16LE(skipped, 10)
  head.writeUInt32LE(48_000, 12)
  const tags = Buffer.concat([Buffer.from('OpusTags'), Buffer.alloc(8)])
  const sound = Buffer.alloc(200, 0x55)
  return Buffer.concat([
    page(head, 2, 0n, 0),
    page(tags, 0, 0n, 1),
    page(sound, 0, 960n, 2),
    page(sound, 4, BigInt(Math.round(seconds * 48_000) + skipped), 3),
  ])
}

function page(content: Buffer, flags: number, position: bigint, index: number): Buffer {
  const head = Buffer.alloc(28)
  head.write('OggS', 0)
  head[5] = flags
  head.writeBigInt64LE(position, 6)
  head.writeUInt32LE(7, 14)
  head.writeUInt32LE(index, 18)
  head.set([1, content.length], 26)
  return Buffer.concat([head, content])
}

/** The boxes of an MP4 that tell its length and size; `turned`: to be shown on its side. */
export function mp4(of: { seconds: number; width: number; height: number; turned?: boolean }): Buffer {
  const movie = Buffer.alloc(100)
  movie.writeUInt32BE(1000, 12)
  movie.writeUInt32BE(of.seconds * 1000, 16)
  const track = Buffer.alloc(84)
  const matrix = of.turned ? [0, 1, 0, -1, 0, 0, 0, 0, 16_384] : [1, 0, 0, 0, 1, 0, 0, 0, 16_384]
  for (const [index, value] of matrix.entries())
    track.writeInt32BE(Math.min(value * 65_536, 0x40000000), 40 + 4 * index)
  track.writeUInt32BE(of.width * 65_536, 76)
  track.writeUInt32BE(of.height * 65_536, 80)
  const sound = box('trak', box('tkhd', Buffer.alloc(84)))
  const type = Buffer.from('isom\0\0\0\0isommp42', 'latin1')
  const tracks = [sound, box('trak', box('tkhd', track))]
  return Buffer.concat([
    box('ftyp', type),
    box('mdat', Buffer.alloc(5000)),
    box('moov', Buffer.concat([box('mvhd', movie), ...tracks])),
  ])
}

function box(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + content.length, 0)
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, content])
}
