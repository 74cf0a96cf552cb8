// The lockfile must install from whatever registry the user has: it names packages and hashes, never a host.
import { readFileSync } from 'node:fs'

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
const faults = []
for (const [path, entry] of Object.entries(lock.packages)) {
  if (entry.resolved && !entry.link) faults.push(`${path} has a download address`)
  if (path.includes('node_modules/') && !entry.link && !entry.integrity) faults.push(`${path} has no integrity hash`)
}
const exact = /^\d+\.\d+\.\d+(-[\w.]+)?$/
for (const [path, entry] of Object.entries(lock.packages)) {
  if (path.includes('node_modules/')) continue
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    for (const [name, version] of Object.entries(entry[kind] ?? {})) {
      if (!exact.test(version)) faults.push(`${path || 'package.json'}: ${name} is not pinned exactly (${version})`)
    }
  }
}
if (faults.length) {
  console.error(faults.join('\n'))
  process.exit(1)
}
