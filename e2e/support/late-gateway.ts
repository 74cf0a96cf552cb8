// A gateway whose clock is ahead: argv[2] says by how many milliseconds. Everything else is as with `kurir start --json`.
import { createApp } from '../../packages/gateway/src/app.ts'
import { loadConfig } from '../../packages/gateway/src/config/config.ts'
import { systemClock } from '../../packages/gateway/src/core/clock.ts'
import { createLogger } from '../../packages/gateway/src/observe/log.ts'

const aheadMs = Number(process.argv[2])
const { config } = loadConfig()
const clock = { now: () => Date.now() + aheadMs, sleep: systemClock.sleep }
const app = await createApp(config, createLogger({ level: config.logLevel, pretty: false }), clock)
const { url } = await app.start()
process.stdout.write(`${JSON.stringify({ url })}\n`)
const stop = () => void app.stop().then(() => process.exit(0))
process.once('SIGTERM', stop)
process.stdin.once('end', stop).resume()
