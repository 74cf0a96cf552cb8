import { describe, expect, test } from 'vitest'
import { DEFAULT_TENANT, newId, type TenantId } from '../../core/ids.ts'
import type { MediaId, RemoteMedia } from '../../core/media.ts'
import type { SessionRecord } from '../../core/session.ts'
import type { InboundMessage } from '../../engine/port.ts'
import type { MediaRecord } from '../../media/ports.ts'
import { DAY, HOUR, only, type Use, type World } from './world.ts'

const OTHER = 'other' as TenantId
const HASH = 'a'.repeat(64)
const ALL = { maxBytes: 1e9, busy: new Set<MediaId>() }

/** What {@link MediaStore} promises. */
export function mediaConformance(use: Use): void {
  describe('files', () => {
    given(use)
    received(use)
    downloads(use)
    deletion(use)
  })
}

function given(use: Use): void {
  test('a file is found by its tenant alone, as it was stored', async () => {
    const world = use()
    const media = await give(world, { fileName: 'foto "1".png', size: 2 ** 40 })
    expect(await world.store.media.getMedia(DEFAULT_TENANT, media.id)).toEqual(media)
    expect(await world.store.media.getMedia(null, media.id)).toEqual(media)
    expect(await world.store.media.getMedia(OTHER, media.id)).toBeUndefined()
    await world.restart()
    expect(await world.store.media.getMedia(DEFAULT_TENANT, media.id)).toEqual(media)
  })

  test("files beyond a tenant's quota are not stored, also when many come at once", async () => {
    const world = use()
    const give = (tenant: TenantId) => world.store.media.createMedia(file(world, { tenant, size: 100 }), 1000)
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => give(DEFAULT_TENANT)))
    expect(outcomes.filter(Boolean)).toHaveLength(10)
    expect(await give(OTHER)).toBe(true)
    expect(await world.store.media.createMedia(file(world, { size: 1e6 }), 0)).toBe(true)
  })

  test('a use is written down', async () => {
    const world = use()
    const media = await give(world)
    await world.store.media.touchMedia(media.id, world.now + DAY)
    expect(await world.store.media.getMedia(null, media.id)).toEqual({ ...media, usedAt: world.now + DAY })
  })
}

function received(use: Use): void {
  test('the file of a message is stored with it, due at once, and told after the commit', async () => {
    const world = use()
    const session = await world.session()
    let told = 0
    const stop = world.store.media.onReceived(() => {
      told += 1
    })
    const message = photo(world)
    const id = await receive(world, session, message)
    expect(told).toBe(1)
    expect(await world.store.media.getMedia(session.tenant, id)).toEqual({
      ...{ id, tenant: session.tenant, sessionUid: session.uid, session: session.id, state: 'remote' },
      ...{ mimetype: 'image/jpeg', size: 1234, fileName: null, sha256: null, remote: message.remote },
      ...{ attempts: 0, createdAt: world.now, usedAt: world.now },
    })
    expect((await due(world)).map(({ media }) => media.id)).toEqual([id])
    await world.receive(session)
    stop()
    await receive(world, session, photo(world))
    expect(told).toBe(1)
  })

  test('the same message again changes nothing about its file, whatever id it gives it', async () => {
    const world = use()
    const session = await world.session()
    const message = photo(world)
    const id = await receive(world, session, message)
    await world.store.media.settleDownload(id, { kind: 'here', sha256: HASH, size: 9, mimetype: 'image/png' })
    const again = await receive(world, session, { ...photo(world), waId: message.waId })
    expect((await world.store.media.getMedia(null, id))?.state).toBe('here')
    expect(await world.store.media.getMedia(null, again)).toBeUndefined()
  })

  test('a stub that is filled brings its file', async () => {
    const world = use()
    const session = await world.session()
    const message = photo(world)
    const { journalKey, content, quote, offline, remote, ...stub } = message
    await world.store.messages.storeUndecryptable(session.uid, stub, world.now)
    const id = await receive(world, session, message)
    expect((await world.store.media.getMedia(null, id))?.remote).toEqual(message.remote)
  })

  test('the file of a message of before the pairing is there, and not due', async () => {
    const world = use()
    const session = await world.session()
    const { journalKey, offline, ...past } = photo(world)
    await world.store.messages.storeHistory(session.uid, [past], world.now)
    const [stored] = await world.store.messages.listMessages(session.uid, { limit: 1 })
    const id = stored && 'media' in stored.content && stored.content.media ? stored.content.media.id : undefined
    if (!id) throw new Error('the message has no file')
    expect(await world.store.media.getMedia(session.tenant, id)).toMatchObject({ state: 'remote', remote: past.remote })
    expect(await due(world)).toEqual([])
  })

  test('a session that is deleted takes its files with it', async () => {
    const world = use()
    const session = await world.session()
    const id = await receive(world, session, photo(world))
    const { id: given } = await give(world)
    await world.store.sessions.deleteSession(session.uid)
    expect(await world.store.media.getMedia(null, id)).toBeUndefined()
    expect(await world.store.media.getMedia(null, given)).toBeDefined()
    expect(await due(world)).toEqual([])
  })
}

function downloads(use: Use): void {
  test('are due by their time, without those at work and those that are too large', async () => {
    const world = use()
    const session = await world.session()
    const first = await receive(world, session, photo(world))
    const large = await receive(world, session, photo(world, 5000))
    const unsaid = await receive(world, session, photo(world, null))
    const ids = async (query: Partial<Parameters<typeof due>[1]>) =>
      (await due(world, query)).map(({ media }) => media.id)
    expect(await ids({})).toEqual([first, large, unsaid])
    expect(await ids({ limit: 1 })).toEqual([first])
    expect(await ids({ limit: 1, busy: new Set([first]) })).toEqual([large])
    expect(await ids({ maxBytes: 4999 })).toEqual([first, unsaid])
    expect(await ids({ now: world.now - 1 })).toEqual([])
  })

  test('that fail come again at their time', async () => {
    const world = use()
    const id = await receive(world, await world.session(), photo(world))
    await world.store.media.settleDownload(id, { kind: 'retry', dueAt: world.now + HOUR })
    expect(await due(world)).toEqual([])
    const next = (after: number, maxBytes = 1e9) => world.store.media.nextDownloadAt({ after, maxBytes })
    expect(await next(world.now)).toBe(world.now + HOUR)
    expect(await next(world.now, 1000)).toBeUndefined()
    expect(await next(world.now + HOUR)).toBeUndefined()
    expect(only(await due(world, { now: world.now + HOUR })).media).toMatchObject({ id, attempts: 1 })
  })

  test('that end are not due again, and their end is final', async () => {
    const world = use()
    const session = await world.session()
    const [here, gone] = [await receive(world, session, photo(world)), await receive(world, session, photo(world))]
    const { settleDownload, getMedia } = world.store.media
    const settle = settleDownload.bind(world.store.media)
    await settle(here, { kind: 'here', sha256: HASH, size: 99, mimetype: 'image/png' })
    await settle(gone, { kind: 'gone' })
    for (const id of [here, gone]) {
      await settle(id, { kind: 'retry', dueAt: 0 })
      await settle(id, { kind: 'here', sha256: 'b'.repeat(64), size: 1, mimetype: 'text/plain' })
    }
    const get = getMedia.bind(world.store.media, null)
    expect(await get(here)).toMatchObject({ state: 'here', sha256: HASH, size: 99, mimetype: 'image/png' })
    expect(await get(gone)).toMatchObject({ state: 'gone', sha256: null, attempts: 1 })
    expect(await due(world, { now: world.now + DAY })).toEqual([])
  })
}

function deletion(use: Use): void {
  test('files that were not used for long go, oldest first and a few at a time', async () => {
    const world = use()
    const hash = (letter: string) => letter.repeat(64)
    const old = []
    for (const letter of 'cde') old.push(await give(world, { sha256: hash(letter), usedAt: world.now - 40 * DAY }))
    const young = await give(world, { sha256: hash('c') })
    const prune = (limit: number) => world.store.media.pruneMedia(world.now - 30 * DAY, limit)
    expect(await prune(2)).toEqual({ deleted: 2, sha256s: [hash('c'), hash('d')] })
    expect(await prune(2)).toEqual({ deleted: 1, sha256s: [hash('e')] })
    expect(await prune(2)).toEqual({ deleted: 0, sha256s: [] })
    for (const { id } of old) expect(await world.store.media.getMedia(null, id)).toBeUndefined()
    expect(await world.store.media.getMedia(null, young.id)).toBeDefined()
    expect(await world.store.media.referencedFiles(['c', 'd', 'e'].map(hash))).toEqual(new Set([hash('c')]))
  })

  test('one file is deleted by its tenant alone', async () => {
    const world = use()
    const media = await give(world)
    expect(await world.store.media.deleteMedia(OTHER, media.id)).toBeUndefined()
    expect(await world.store.media.deleteMedia(DEFAULT_TENANT, media.id)).toBe(HASH)
    expect(await world.store.media.deleteMedia(DEFAULT_TENANT, media.id)).toBeUndefined()
  })
}

function file(world: World, over: Partial<MediaRecord> = {}): MediaRecord {
  return {
    ...{ id: newId('med'), tenant: DEFAULT_TENANT, sessionUid: null, session: null, state: 'here' },
    ...{ mimetype: 'image/png', size: 10, fileName: null, sha256: HASH, remote: null, attempts: 0 },
    ...{ createdAt: world.now, usedAt: world.now },
    ...over,
  }
}

async function give(world: World, over: Partial<MediaRecord> = {}): Promise<MediaRecord> {
  const media = file(world, over)
  await world.store.media.createMedia(media, 0)
  return media
}

interface Photo extends InboundMessage {
  content: Extract<InboundMessage['content'], { type: 'image' | 'video' | 'audio' | 'voice' | 'document' | 'sticker' }>
  remote: RemoteMedia
}

function photo(world: World, size: number | null = 1234): Photo {
  const id = newId('med')
  const facts = { mimetype: 'image/jpeg', size, fileName: null }
  const place = { url: null, directPath: `/v/${id}`, mediaKey: 'a2V5', fileSha256: null, fileEncSha256: null }
  return {
    ...world.inbound(),
    content: { type: 'image', media: { id, ...facts, sha256: null } },
    remote: { kind: 'image', ...facts, ...place },
  }
}

async function receive(world: World, session: SessionRecord, message: Photo): Promise<MediaId> {
  await world.store.messages.storeInbound(session.uid, message, world.now)
  return message.content.media.id
}

function due(world: World, query: Partial<{ now: number; limit: number; maxBytes: number; busy: Set<MediaId> }> = {}) {
  return world.store.media.dueDownloads({ now: world.now, limit: 10, ...ALL, ...query })
}
