import type { Readable } from 'node:stream'
import type { Clock } from '../core/clock.ts'
import { KurirError } from '../core/errors.ts'
import { newId, type TenantId } from '../core/ids.ts'
import { asSafeFetchError, type SafeFetchError } from '../safe-fetch/errors.ts'
import type { SafeFetch } from '../safe-fetch/safe-fetch.ts'
import { decodeBase64 } from './base64.ts'
import { displayName, nameInDisposition, nameInUrl } from './file-names.ts'
import { typeOfFile } from './file-types.ts'
import type { MediaFiles } from './files.ts'
import type { StagedFile } from './keepers.ts'
import type { MediaRecord, MediaStore } from './ports.ts'
import type { FileClaim } from './verbs.ts'

export interface IntakeDeps {
  files: MediaFiles
  store: Pick<MediaStore, 'createMedia'>
  http: Pick<SafeFetch, 'fetch'>
  clock: Clock
  maxBytes: number
  /** Bytes of all files of one tenant; 0: no limit. */
  quotaBytes: number
}

/** For everything that a URL needs: DNS, redirects, the whole file. */
const URL_TIMEOUT_MS = 60_000
const URL_REDIRECTS = 3
/** A sender that says nothing for so long is gone. */
const STALL = { ms: 60_000, error: () => new KurirError('invalid_request', 'The file stopped coming') }
const REFUSALS = new Set<SafeFetchError['reason']>([
  'invalid_url',
  'scheme_not_allowed',
  'credentials_not_allowed',
  'port_not_allowed',
  'host_not_allowed',
  'address_not_allowed',
])

/** Where files come in from clients: as a stream, by URL, as base64. */
export class Intake {
  readonly #deps: IntakeDeps

  constructor(deps: IntakeDeps) {
    this.#deps = deps
  }

  async fromStream(tenant: TenantId, content: Readable, claim: FileClaim): Promise<MediaRecord> {
    const staged = await this.#deps.files.stage(content, { maxBytes: this.#limit(claim), stall: STALL })
    return this.register(tenant, staged, claim)
  }

  async fromBase64(tenant: TenantId, text: string, claim: FileClaim): Promise<MediaRecord> {
    const { content, mimetype } = decodeBase64(text, this.#limit(claim))
    return this.fromStream(tenant, content, mimetype === undefined ? claim : { mimetype, ...claim })
  }

  async fromUrl(tenant: TenantId, url: string, claim: FileClaim & { timeoutMs?: number }): Promise<MediaRecord> {
    const maxBytes = this.#limit(claim)
    const timeoutMs = claim.timeoutMs ?? URL_TIMEOUT_MS
    try {
      const answer = await this.#deps.http.fetch(url, { maxBytes, timeoutMs, maxRedirects: URL_REDIRECTS })
      try {
        if (answer.status < 200 || answer.status > 299) {
          throw new KurirError('media_fetch_failed', `The URL was answered with status ${answer.status}`)
        }
        const mimetype = single(answer.headers['content-type'])
        const fileName = nameInDisposition(single(answer.headers['content-disposition'])) ?? nameInUrl(answer.url)
        const said = { ...(mimetype ? { mimetype } : {}), ...(fileName ? { fileName } : {}) }
        return await this.fromStream(tenant, answer.body, { ...said, ...claim })
      } finally {
        answer.body.destroy()
      }
    } catch (error) {
      throw asUrlError(error)
    }
  }

  /** Keeps a staged file as the tenant's; rejects with `media_quota_exceeded`. */
  async register(tenant: TenantId, staged: StagedFile, claim: FileClaim): Promise<MediaRecord> {
    const { files, store, clock, quotaBytes } = this.#deps
    const { size, sha256 } = staged
    const mimetype = await typeOfFile(staged.path, claim.mimetype)
    const now = clock.now()
    const media: MediaRecord = {
      ...{ id: newId('med'), tenant, sessionUid: null, session: null, state: 'here' },
      ...{ mimetype, size, fileName: displayName(claim.fileName), sha256 },
      ...{ remote: null, attempts: 0, createdAt: now, usedAt: now },
    }
    const isStored = await files.keep(staged, () => store.createMedia(media, quotaBytes))
    if (!isStored) throw new KurirError('media_quota_exceeded')
    return media
  }

  #limit({ maxBytes }: FileClaim): number {
    return Math.min(maxBytes ?? this.#deps.maxBytes, this.#deps.maxBytes)
  }
}

/** The guard's refusals and the network's failures as the caller may know them; neither names an address. */
function asUrlError(error: unknown): unknown {
  if (error instanceof KurirError || !(error instanceof Error && ('reason' in error || 'code' in error))) return error
  // A body that breaks off ends with the network's own error.
  const { reason, message } = asSafeFetchError(error)
  if (reason === 'too_large') return new KurirError('payload_too_large', 'The file at the URL is too large')
  return new KurirError(REFUSALS.has(reason) ? 'url_not_allowed' : 'media_fetch_failed', message)
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
