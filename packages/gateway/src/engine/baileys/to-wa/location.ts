import type { proto } from 'baileys'
import type { LocationContent } from '../../../core/content.ts'
import { type ComposeContext, withContext, withSecret } from './context.ts'

/** A place on the map. */
export function locationMessage(content: LocationContent, context: ComposeContext): proto.IMessage {
  const { latitude, longitude, name, address } = content
  return {
    locationMessage: {
      degreesLatitude: latitude,
      degreesLongitude: longitude,
      ...(name === undefined ? {} : { name }),
      ...(address === undefined ? {} : { address }),
      ...withContext(content, context),
    },
    ...withSecret(context),
  }
}
