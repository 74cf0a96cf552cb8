import { presentEvent } from '../core/event.ts'
import type { BodyRenderer } from './ports.ts'

/** The native body: the event as the stream and the list show it. */
export const nativeBody: BodyRenderer = {
  render: (event) => ({ contentType: 'application/json', body: Buffer.from(JSON.stringify(presentEvent(event))) }),
}
