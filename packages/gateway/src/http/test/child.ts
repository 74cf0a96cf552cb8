import { HttpRig } from './http-rig.ts'

// A server in a process of its own, for a test that kills it. Prints where it listens and its admin key, if one was made.
const [, , dataDir = ''] = process.argv
const rig = await HttpRig.open({ dataDir })
process.stdout.write(`${JSON.stringify({ url: rig.url, admin: rig.admin })}\n`)
