import { Type } from 'typebox'
import { composer } from './composer.ts'
import { given } from './media.ts'

const Location = Type.Object(
  {
    latitude: Type.Number({ minimum: -90, maximum: 90 }),
    longitude: Type.Number({ minimum: -180, maximum: 180 }),
    name: Type.Optional(Type.String()),
    address: Type.Optional(Type.String()),
    /** The beginning of a shared live location, not a fixed place. */
    live: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

export const location = composer('location', Location, (content, { info }) => {
  const place = { degreesLatitude: content.latitude, degreesLongitude: content.longitude }
  if (content.live) {
    const liveLocationMessage = { ...place, ...given('caption', content.name), sequenceNumber: 1, ...info }
    return { message: { liveLocationMessage }, type: 'media', mediatype: 'livelocation' }
  }
  const locationMessage = { ...place, ...given('name', content.name), ...given('address', content.address), ...info }
  return { message: { locationMessage }, type: 'media', mediatype: 'location' }
})
