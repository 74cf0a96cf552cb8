import type { proto } from 'baileys'
import { given } from './file.ts'
import { marksOf, type Reader } from './reader.ts'

/** A place on the map. */
export const readLocation: Reader<proto.Message.ILocationMessage> = (part) => {
  const { forwarded } = marksOf(part.contextInfo)
  return {
    content: {
      type: 'location',
      latitude: part.degreesLatitude ?? 0,
      longitude: part.degreesLongitude ?? 0,
      ...given('name', part.name),
      ...given('address', part.address),
      ...(part.isLive ? { live: true } : {}),
      ...(forwarded ? { forwarded } : {}),
    },
  }
}

/** Where somebody is who goes on telling it for a while. */
export const readLiveLocation: Reader<proto.Message.ILiveLocationMessage> = (part) => ({
  content: {
    type: 'location',
    latitude: part.degreesLatitude ?? 0,
    longitude: part.degreesLongitude ?? 0,
    ...given('name', part.caption),
    live: true,
  },
})
