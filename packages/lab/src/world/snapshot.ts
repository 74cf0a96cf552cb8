import { proto } from 'baileys'
import { badRequest, conflict } from './errors.ts'
import type { LedgerRow } from './ledger.ts'
import { Companion, type Group, type KnownMessage, type Profile, type Registration, type User } from './model.ts'
import type { Arrivals, InboxRow } from './rows.ts'
import type { SignalState } from './signal-device.ts'
import { decode, encode, type Json } from './snapshot-format.ts'
import type { World } from './world.ts'

const FORMAT = 'kurir-lab 1'

/** The state of a whole lab, as a JSON document: accounts, linked devices, Signal state, queues, groups, media. */
export interface Snapshot {
  format: string
  /** The seed of the lab it was taken of; only a lab with the same seed can take it up. */
  seed: string
  /** Where its files were served, as messages that nobody has fetched yet say. */
  mediaHost: string
  phones: {
    phone: string
    name: string
    registered: boolean
    autoRead: boolean
    autoReply?: string
    history?: boolean
  }[]
  state: Json
}

interface State {
  serverIds: { count: number; position: number }
  users: Map<string, UserState>
  groups: Group[]
  ledger: LedgerRow[]
  media: Buffer[]
}

interface UserState {
  online: boolean
  nextDevice: number
  /** Bytes drawn so far of the phone's source of ids. */
  position: number
  profile: Profile
  inbox: InboxRow[]
  arrivals: Map<string, Omit<Arrivals, 'row'> & { seq: number | undefined }>
  known: (Omit<KnownMessage, 'message'> & { message: Uint8Array })[]
  signal: SignalState | undefined
  companions: CompanionState[]
}

interface CompanionState extends Registration {
  id: number
  preKeys: Companion['preKeys']
  pushName: string | undefined
  queue: ReturnType<Companion['queue']['stanzas']>
}

/**
 * Takes a snapshot when every phone has done what it has to do. Connections, faults in force and pairings under way
 * are not in it. Throws 409 while something waits for a phone that is offline.
 */
export async function takeSnapshot(world: World): Promise<Snapshot> {
  await world.idle()
  for (const user of world.users.values()) {
    if (user.waiting.length > 0) throw conflict(`phone ${user.phone} is offline and ${user.waiting.length} things wait`)
  }
  const phones = Array.from(world.users.values(), ({ phone, name, registered, autoRead, autoReply, history }) => ({
    phone,
    name,
    registered,
    autoRead,
    ...(autoReply === undefined ? {} : { autoReply }),
    ...(history ? { history } : {}),
  }))
  const users = new Map(Array.from(world.users.values(), (user) => [user.phone, userState(user)] as const))
  const state: State = {
    serverIds: world.serverIds,
    users,
    groups: Array.from(world.groups.values()),
    ledger: Array.from(world.ledger.rows()),
    media: Array.from(world.media.entries(), ([, bytes]) => bytes),
  }
  return { format: FORMAT, seed: world.seed, mediaHost: world.media.host, phones, state: encode(state) }
}

/** Takes up a snapshot. Throws 400 for anything else, 409 for a lab in use or one with another seed. */
export function restoreSnapshot(world: World, snapshot: Snapshot): void {
  if (snapshot.format !== FORMAT) throw badRequest(`not a snapshot of this lab: its format is not "${FORMAT}"`)
  if (snapshot.seed !== world.seed) throw conflict(`the snapshot is of a lab with seed ${snapshot.seed}`)
  if (world.users.size > 0) throw conflict('only a lab without phones can take up a snapshot')
  for (const { phone, ...options } of snapshot.phones) world.addPhone(phone, options)
  const state = decode(snapshot.state, (phone) => world.phone(phone)) as State
  world.resumeServerIds(state.serverIds)
  for (const [phone, one] of state.users) restoreUser(world.phone(phone), one)
  for (const group of state.groups) world.groups.set(group.jid, group)
  for (const row of state.ledger) world.ledger.restore(row)
  for (const bytes of state.media) world.media.put(bytes)
}

function userState(user: User): UserState {
  const { online, nextDevice, random, profile, inbox, arrivals, known } = user
  return {
    online,
    nextDevice,
    position: random.position,
    profile,
    inbox,
    arrivals: new Map(Array.from(arrivals, ([key, { row, ...counts }]) => [key, { ...counts, seq: row?.seq }])),
    known: Array.from(known.values(), (one) => ({ ...one, message: proto.Message.encode(one.message).finish() })),
    signal: user.signalState(),
    companions: Array.from(user.companions.values(), companionState),
  }
}

function companionState(companion: Companion): CompanionState {
  const { id, noiseKey, identity, registrationId, signedPreKey, preKeys, pushName, queue } = companion
  return { id, noiseKey, identity, registrationId, signedPreKey, preKeys, pushName, queue: queue.stanzas() }
}

function restoreUser(user: User, state: UserState): void {
  user.online = state.online
  user.nextDevice = state.nextDevice
  user.random.skip(state.position)
  Object.assign(user.profile, state.profile)
  user.inbox.push(...state.inbox)
  for (const [key, { seq, ...counts }] of state.arrivals) {
    // One row is both in the list and with its counts. Rows are numbered from 1 without gaps.
    user.arrivals.set(key, { ...counts, row: seq === undefined ? undefined : user.inbox[seq - 1] })
  }
  for (const one of state.known) user.remember({ ...one, message: proto.Message.decode(one.message) } as KnownMessage)
  if (state.signal) user.device.restore(state.signal)
  for (const { id, preKeys, pushName, queue, ...registration } of state.companions) {
    const companion = new Companion(user, id, registration)
    companion.addPreKeys(preKeys)
    companion.pushName = pushName
    for (const stanza of queue) companion.queue.add(stanza)
    user.companions.set(id, companion)
  }
}
