import { type BinaryNode, bytes, children, node, text } from '../../wire/node.ts'
import type { User } from '../../world/model.ts'
import type { Client } from '../context.ts'
import { failure, type IqHandler, requester, result } from './answer.ts'

const readPrivacy: IqHandler = (client, iq) => {
  const { privacy } = requester(client).user.profile
  result(client, iq, [privacyNode(privacy)])
}

const setPrivacy: IqHandler = (client, iq, step) => {
  const { privacy } = requester(client).user.profile
  for (const { attrs } of children(step, 'category')) privacy.set(attrs.name ?? '', attrs.value ?? '')
  result(client, iq, [privacyNode(privacy)])
}

function privacyNode(privacy: Map<string, string>): BinaryNode {
  const categories = Array.from(privacy, ([name, value]) => node('category', { name, value }))
  return node('privacy', {}, categories)
}

const readBlocked: IqHandler = (client, iq) => {
  const blocked = Array.from(requester(client).user.profile.blocked, (jid) => node('item', { jid }))
  result(client, iq, [node('list', { dhash: 'lab' }, blocked)])
}

const block: IqHandler = (client, iq, step) => {
  const { blocked } = requester(client).user.profile
  const jid = client.state.world.resolve(step.attrs.jid)?.user.lidJid()
  if (jid === undefined) return failure(client, iq, 404, 'item-not-found')
  if (step.attrs.action === 'block') blocked.add(jid)
  else blocked.delete(jid)
  return readBlocked(client, iq, step)
}

const setAbout: IqHandler = (client, iq, step) => {
  requester(client).user.profile.about = text(step)
  result(client, iq)
}

const setPicture: IqHandler = (client, iq, step) => {
  const { world } = client.state
  const image = bytes(step)
  const path = image.length > 0 ? world.media.put(image) : undefined
  const target = iq.attrs.target ? world.groups.get(iq.attrs.target) : requester(client).user.profile
  if (!target) return failure(client, iq, 404, 'item-not-found')
  target.picture = path
  return result(client, iq, path ? [node('picture', { id: world.stanzaId() })] : [])
}

const readPicture: IqHandler = (client, iq) => {
  const { world } = client.state
  const target = iq.attrs.target ?? iq.attrs.to
  const path = (world.groups.get(target ?? '') ?? profileOf(client, target))?.picture
  if (path === undefined) return failure(client, iq, 404, 'item-not-found')
  const attrs = { id: 1, type: 'image', url: `https://${world.media.host}${path}`, direct_path: path }
  return result(client, iq, [node('picture', attrs)])
}

function profileOf(client: Client, jid: string | undefined): User['profile'] | undefined {
  return client.state.world.resolve(jid)?.user.profile
}

/** No account of the lab is a business. */
const readBusiness: IqHandler = (client, iq) => result(client, iq, [node('business_profile', {}, [])])

/** What an account shows of itself and to whom: about text, picture, privacy, blocked people. */
export const profileHandlers: Record<string, IqHandler> = {
  'privacy/get/privacy': readPrivacy,
  'privacy/set/privacy': setPrivacy,
  'blocklist/get/': readBlocked,
  'blocklist/set/item': block,
  'status/set/status': setAbout,
  'disappearing_mode/set/disappearing_mode': (client, iq) => result(client, iq),
  'w:profile:picture/set/picture': setPicture,
  'w:profile:picture/set/': setPicture,
  'w:profile:picture/get/picture': readPicture,
  'w:biz/get/business_profile': readBusiness,
}
