import { isLid } from '../../wire/jid.ts'
import { type BinaryNode, child, children, node, text } from '../../wire/node.ts'
import type { User } from '../../world/model.ts'
import { otherSpelling } from '../../world/spellings.ts'
import type { World } from '../../world/world.ts'
import { type IqHandler, requester, result } from './answer.ts'

/** One person asked about: the account if there is one, and the address to answer with. */
interface Asked {
  user: User | undefined
  jid: string
}

const usync: IqHandler = (client, iq, step) => {
  const { world } = client.state
  const protocols = children(child(step, 'query')).map((protocol) => protocol.tag)
  const withLid = !world.faults.strike('no-lid', requester(client).user.phone)
  const users = children(child(step, 'list'), 'user').map((one) => {
    const asked = whom(world, one)
    const answers = protocols.flatMap((protocol) => answer(world, protocol, asked, withLid))
    return node('user', { jid: asked.jid }, answers)
  })
  const { sid, mode, context } = step.attrs
  const summary = protocols.map((protocol) => node(protocol))
  const content = [node('result', {}, summary), node('list', {}, users)]
  result(client, iq, [node('usync', { sid, index: 0, last: 'true', mode, context }, content)])
}

function whom(world: World, one: BinaryNode): Asked {
  const registered = (user: User | undefined) => (user?.registered ? user : undefined)
  if (one.attrs.jid) return { user: registered(world.resolve(one.attrs.jid)?.user), jid: one.attrs.jid }
  const phone = text(child(one, 'contact')).replace(/\D/g, '')
  const known = registered(world.users.get(phone))
  // WhatsApp finds an account by the other spelling too, and answers with the one it knows.
  const other = known ? undefined : registered(world.users.get(otherSpelling(phone) ?? ''))
  return other ? { user: other, jid: other.jid() } : { user: known, jid: `${phone}@s.whatsapp.net` }
}

function answer(world: World, protocol: string, { user, jid }: Asked, withLid: boolean): BinaryNode[] {
  switch (protocol) {
    case 'devices': {
      const list = user ? [node('device', { id: 0 }), ...companionNodes(user)] : []
      const index = node('key-index-list', { ts: world.seconds })
      return [node('devices', {}, [node('device-list', { hash: '2:lab' }, list), index])]
    }
    case 'lid':
      return user && withLid && !isLid(jid) ? [node('lid', { val: user.lidJid() })] : []
    case 'contact':
      return [node('contact', { type: user ? 'in' : 'out' })]
    case 'status':
      return [node('status', { t: 0 }, Buffer.from(user?.profile.about ?? ''))]
    default:
      return []
  }
}

/** Without `key-index` a client leaves a companion out. */
function companionNodes(user: User): BinaryNode[] {
  return Array.from(user.companions.values(), ({ id, keyIndex }) => node('device', { id, 'key-index': keyIndex }))
}

/** Who has an account, which devices, which LID. */
export const usyncHandlers: Record<string, IqHandler> = { 'usync/get/usync': usync }
