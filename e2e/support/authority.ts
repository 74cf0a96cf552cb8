import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Why no certificates can be made; undefined where they can. */
export const missingOpenssl: string | undefined =
  spawnSync('openssl', ['version']).status === 0 ? undefined : 'openssl is not installed'

/** An authority of a test's own that signs servers' certificates. */
export class Authority {
  /** Its certificate's file (PEM). */
  readonly file: string
  readonly #path: (name: string) => string

  /** `folder` takes its files, which begin with `name`. */
  constructor(folder: string, name: string) {
    this.#path = (file) => join(folder, `${name}-${file}`)
    this.file = this.#path('ca.pem')
    const subject = ['-subj', `/CN=${name}`, '-addext', 'basicConstraints=critical,CA:TRUE']
    openssl(['req', '-x509', ...newKey(this.#path('ca.key')), '-days', '2', ...subject, '-out', this.file])
  }

  /** A certificate for a server of this name alone, and its key (PEM). */
  certify(hostname: string): { cert: string; key: string } {
    const [request, key, cert] = ['request', 'server.key', 'server.pem'].map(this.#path) as [string, string, string]
    const names = this.#path('names')
    writeFileSync(names, `subjectAltName=DNS:${hostname}\n`)
    openssl(['req', ...newKey(key), '-subj', `/CN=${hostname}`, '-out', request])
    const by = ['-CA', this.file, '-CAkey', this.#path('ca.key'), '-CAcreateserial', '-days', '2']
    openssl(['x509', '-req', '-in', request, ...by, '-extfile', names, '-out', cert])
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
  }
}

function newKey(path: string): string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', path]
}

function openssl(args: string[]): void {
  const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`)
}
