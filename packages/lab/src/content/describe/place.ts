import { type BodyOf, type Describer, said } from './describer.ts'

export const location: Describer<BodyOf<'locationMessage'>> = (body) => ({
  type: 'location',
  latitude: body.degreesLatitude ?? 0,
  longitude: body.degreesLongitude ?? 0,
  ...said({ name: body.name, address: body.address, url: body.url }),
})

export const liveLocation: Describer<BodyOf<'liveLocationMessage'>> = (body) => ({
  type: 'location',
  live: true,
  latitude: body.degreesLatitude ?? 0,
  longitude: body.degreesLongitude ?? 0,
  ...said({ caption: body.caption }),
})

export const event: Describer<BodyOf<'eventMessage'>> = (body) => ({
  type: 'event',
  ...said({ text: body.name, description: body.description, canceled: body.isCanceled || undefined }),
  ...(body.startTime ? { startTime: Number(body.startTime) } : {}),
  ...(body.endTime ? { endTime: Number(body.endTime) } : {}),
})
