import { children, node } from '../../wire/node.ts'
import { MEDIA_AUTH } from '../context.ts'
import { startDelivery } from '../delivery.ts'
import { linkCode } from '../link-code.ts'
import { failure, type IqHandler, requester, result } from './answer.ts'

/** The client is ready for what waited for it. */
const activate: IqHandler = (client, iq) => {
  result(client, iq)
  startDelivery(client, requester(client))
}

const mediaConnection: IqHandler = (client, iq) => {
  const host = node('host', { hostname: client.state.world.media.host, maxContentLengthBytes: 104_857_600 })
  const attrs = { auth: `${MEDIA_AUTH}${requester(client).user.phone}`, ttl: 3600, auth_ttl: 21_600, max_buckets: 12 }
  result(client, iq, [node('media_conn', attrs, [host])])
}

const removeCompanion: IqHandler = (client, iq) => {
  result(client, iq)
  client.state.world.removeCompanion(requester(client), false)
}

const empty: IqHandler = (client, iq) => result(client, iq)

/** What a linked device asks about itself and its account. */
export const accountHandlers: Record<string, IqHandler> = {
  'passive/set/active': activate,
  'passive/set/passive': empty,
  'abt/get/props': (client, iq) => {
    const attrs = { protocol: 1, ab_key: 'lab', hash: 'lab', refresh: 86_400, refresh_id: 1 }
    result(client, iq, [node('props', attrs, [])])
  },
  'privacy/set/tokens': (client, iq) => result(client, iq, [node('tokens', {}, [])]),
  'w:p/get/ping': (client, iq) => result(client, iq, undefined, { t: client.state.world.seconds }),
  'w:p/get/': (client, iq) => result(client, iq, undefined, { t: client.state.world.seconds }),
  'w:m/set/media_conn': mediaConnection,
  'w:sync:app:state/set/sync': (client, iq, step) => {
    const collections = children(step, 'collection').map(({ attrs }) =>
      node('collection', { name: attrs.name, version: attrs.version ?? 0 }),
    )
    result(client, iq, [node('sync', {}, collections)])
  },
  'urn:xmpp:whatsapp:dirty/set/clean': empty,
  'w:stats/set/add': empty,
  'w:stats//add': empty,
  'bot/get/bot': empty,
  'w:mex/get/query': (client, iq) => failure(client, iq, 404, 'item-not-found'),
  'md/set/remove-companion-device': removeCompanion,
  'md/set/link_code_companion_reg': linkCode,
}
