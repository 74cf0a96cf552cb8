// Brings a fresh clone to where its programs run. Plain JavaScript for any Node.js >= 20; everything goes to stderr.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
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
if (!isInstalled()) {
  process.stderr.write('Installing what Kurir needs (once, about half a minute) …\n')
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']
  // No dependency's install script is run: none is needed, and none is trusted.
  const [command, ...before] = npm
  const result = spawnSync(command, [...before, 'ci', '--ignore-scripts', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (result.status !== 0) fail('The installation failed; the lines above say why. Run the same command again.')
  writeFileSync(stamp, wanted)
}
