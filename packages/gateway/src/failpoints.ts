import type { Failpoint, FailpointName } from './core/failpoints.ts'
import type { Store } from './store/store.ts'

/** A step with a failpoint before and one after it. */
interface Step {
  before: FailpointName
  after: FailpointName
}

const step = <Name extends string>(before: FailpointName, after: FailpointName, ...methods: Name[]) =>
  Object.fromEntries(methods.map((method) => [method, { before, after }])) as Record<Name, Step>

const MESSAGES = {
  ...step('accept.before', 'accept.after', 'acceptMessage'),
  ...step('prepare.before', 'prepare.after', 'saveProto'),
  ...step('status.before', 'status.after', 'advanceStatus'),
  ...step('inbound.before', 'inbound.after', 'storeInbound'),
}

/** Kills this process, as the machine would, when the failpoint is reached for the `hit`th time. */
export function dieAt({ name, hit }: { name: FailpointName; hit: number }): Failpoint {
  let left = hit
  return (reached) => {
    if (reached !== name) return
    left -= 1
    if (left <= 0) process.kill(process.pid, 'SIGKILL')
  }
}

/** The store with failpoints around its commits. */
export function storeWithFailpoints(store: Store, failpoint: Failpoint): Store {
  return {
    ...store,
    messages: around(store.messages, MESSAGES, failpoint),
    webhooks: around(store.webhooks, step('mark.before', 'mark.after', 'settleDelivery'), failpoint),
    auth: new Proxy(store.auth, {
      get: (auth, name: keyof Store['auth']) => {
        if (name !== 'commit') return bound(auth, name)
        return async (...call: Parameters<Store['auth']['commit']>) => {
          // What a received message writes has failpoints in the engine.
          if (call[1].journal.length === 0) await failpoint('ratchet.before')
          await auth.commit(...call)
        }
      },
    }),
  }
}

/** A client of HTTP with failpoints around its posts. */
export function clientWithFailpoints<Client extends { post: unknown }>(http: Client, failpoint: Failpoint): Client {
  return around(http, step('post.before', 'post.after', 'post'), failpoint)
}

function around<Room extends object>(room: Room, steps: Record<string, Step>, failpoint: Failpoint): Room {
  return new Proxy(room, {
    get: (target, name: string & keyof Room) => {
      const method = bound(target, name)
      const found = steps[name]
      if (!found) return method
      return async (...call: unknown[]) => {
        await failpoint(found.before)
        const result = await (method as (...call: unknown[]) => unknown)(...call)
        await failpoint(found.after)
        return result
      }
    },
  })
}

/** A member with the object itself as `this`, since a proxy has none of its private members. */
export function bound<Room extends object>(room: Room, name: keyof Room): unknown {
  const member = room[name]
  return typeof member === 'function' ? member.bind(room) : member
}
