import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './scripts/longest-first.ts'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  throw new Error('The tests need Node.js 22.19 or newer: run "npm test", which brings its own.')
}

// The tests start many processes of ours; each finds its sources compiled by the one before.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/compile', import.meta.url))

const lab = ['packages/lab/**/*.test.ts']
const conformance = ['packages/**/*.conformance.test.ts']
const ssrf = 'e2e/ssrf.test.ts'
/** The gateway's parts wired together in the process of the test. It hooks Baileys and libsignal, for the whole process. */
const inProcess = ['packages/{gateway,client,launch}/**/*.e2e.test.ts', ssrf]
const never = ['**/node_modules/**']
/** Some start programs or write thousands of rows, where three files share two cores. */
const patience = { testTimeout: 60_000, hookTimeout: 60_000 }

export default defineConfig({
  test: {
    reporters: ['default', './scripts/summary-reporter.ts'],
    globalSetup: './packages/gateway/src/store/postgres/test/global-setup.ts',
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    // More than the two cores of a small machine: much of a test's time is spent waiting for another process.
    maxWorkers: 3,
    // A process takes file after file of one project: half of the time of unit tests is spent on loading modules otherwise. The
    // lab, and what is run from outside, share no process with the gateway, which would hook the Baileys that they have.
    isolate: false,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: [...never, ...lab, ...inProcess, ...conformance],
          // Some walk over every route, and three files run at once on two cores.
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      { test: { name: 'conformance', include: conformance, exclude: never, ...patience } },
      { test: { name: 'lab', include: lab, exclude: never, ...patience } },
      { test: { name: 'in process', include: inProcess, exclude: never, ...patience } },
      { test: { name: 'e2e', include: ['e2e/**/*.test.ts'], exclude: [...never, ssrf], ...patience } },
    ],
  },
})
