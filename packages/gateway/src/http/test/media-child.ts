import { readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { HttpRig } from './http-rig.ts'

// A server in a process of its own, whose memory a test watches: for every line on stdin a line with the most that it
// ever had in memory, in bytes, since the line before.
const rig = await HttpRig.open()
process.stdout.write(`${JSON.stringify({ url: rig.url, admin: rig.admin })}\n`)
createInterface({ input: process.stdin }).on('line', () => {
  const [, kilobytes = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  // Linux: the highest mark falls back to what is in use now.
  writeFileSync('/proc/self/clear_refs', '5')
  process.stdout.write(`${Number(kilobytes) * 1024}\n`)
})
