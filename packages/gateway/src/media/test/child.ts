import { Readable } from 'node:stream'
import { MediaRig, TENANT } from './media-rig.ts'

// The media room in a process of its own, for tests that kill it or limit what it may write. Gives files of this size
// until it is ended, and prints what became of each.
const [, , dataDir = '', bytes = '0', count = '1'] = process.argv
const rig = await MediaRig.open({ dataDir, maxBytes: 1e9 })
await rig.media.start()
const size = Number(bytes)

function* content(seed: number) {
  for (let left = size; left > 0; left -= 65_536) yield Buffer.alloc(Math.min(left, 65_536), seed)
}

for (let index = 0; index < Number(count); index++) {
  process.stdout.write('begun\n')
  const outcome = await rig.media.fromStream(TENANT, Readable.from(content(index)), {}).then(
    ({ id }) => ({ id }),
    (error: Error & { code?: string }) => ({ code: error.code, message: error.message }),
  )
  process.stdout.write(`${JSON.stringify(outcome)}\n`)
}
process.exit(0)
