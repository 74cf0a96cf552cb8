import { runCli } from './cli/program.ts'

// Whatever is still open (standard input, a connection kept alive) must not keep a finished command running.
process.exit(await runCli(process.argv))
