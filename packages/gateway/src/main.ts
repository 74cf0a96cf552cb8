import { setFlagsFromString } from 'node:v8'

// With gigabytes free V8 lets garbage pile up to several times of what is alive. Twice is enough, and costs nothing to speak of.
setFlagsFromString('--heap-growing-percent=100')
const { runCli } = await import('./cli/program.ts')

// Whatever is still open (standard input, a connection kept alive) must not keep a finished command running.
process.exit(await runCli(process.argv))
