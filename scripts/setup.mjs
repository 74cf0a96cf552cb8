// Brings a fresh clone to where its programs run. Plain JavaScript for any Node.js >= 20; everything goes to stderr.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { builtProgram } from '../packages/launch/launch.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
/** How commands are run: here, with all that they say on standard error. */
const inRoot = { cwd: root, stdio: ['ignore', 2, 2] }
const stamp = join(root, 'node_modules', '.kurir-installed')
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')

function isInstalled() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(`Node.js 20 or newer is needed to install Kurir; this is ${process.versions.node}.`)
}
/** Everything that the dashboard is built from, as one hash. */
function dashboardSources() {
  const hash = createHash('sha256').update(wanted)
  for (const folder of ['packages/dashboard', 'packages/client']) {
    const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => relative(root, join(file.parentPath, file.name)))
      .filter((file) => !/(^|[\\/])(node_modules|dist[^\\/]*)[\\/]/.test(file))
    for (const file of files.sort()) hash.update(file).update(readFileSync(join(root, file)))
  }
  return hash.digest('hex')
}

/** Builds the dashboard where its sources changed. The gateway works without it, so a failure is said and no more. */
function buildDashboard() {
  const folder = join(root, 'packages/dashboard')
  const sources = dashboardSources()
  const built = join(folder, 'dist/.built')
  if (existsSync(built) && readFileSync(built, 'utf8') === sources) return
  process.stderr.write('Building the dashboard (some seconds) …\n')
  const fresh = join(folder, `dist-${process.pid}`)
  const vite = 'node_modules/vite/bin/vite.js'
  if (runs([vite, 'build', folder, '--outDir', fresh, '--logLevel', 'warn', '--emptyOutDir'])) {
    writeFileSync(join(fresh, '.built'), sources)
    rmSync(join(folder, 'dist'), { recursive: true, force: true })
    renameSync(fresh, join(folder, 'dist'))
  } else {
    rmSync(fresh, { recursive: true, force: true })
    process.stderr.write('The dashboard could not be built; everything else works.\n')
  }
}

/** Builds what starts (the gateway and the lab) where its sources changed. Both run from their sources as well, only slower. */
function buildPrograms() {
  for (const name of ['gateway', 'lab']) {
    if (builtProgram(join(root, 'packages', name)) || runs(['scripts/build.mjs', name])) continue
    process.stderr.write(`The ${name} could not be built; it starts from its sources.\n`)
  }
}

/** Runs a script on the newest Node.js there is; false where it failed. */
function runs(args) {
  const node = join(root, 'node_modules/.bin/node')
  return spawnSync(existsSync(node) ? node : process.execPath, args, inRoot).status === 0
}

if (!isInstalled()) {
  process.stderr.write('Installing what Kurir needs (once, about half a minute) …\n')
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']
  // No dependency's install script is run: none is needed, and none is trusted.
  const [command, ...before] = npm
  const args = [...before, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const result = spawnSync(command, args, inRoot)
  if (result.status !== 0) fail('The installation failed; the lines above say why. Run the same command again.')
  writeFileSync(stamp, wanted)
}
buildDashboard()
buildPrograms()
