import type { EventRecord } from '../core/event.ts'
import { presentEvent } from '../core/event.ts'
import type { BodyRenderer, Endpoint, RenderedBody } from './ports.ts'

/** The format of endpoints that no dialect made. */
export const NATIVE_FORMAT = 'native'

/** Answers the gateway's own address, for links to files; asked at each delivery, since it may move. */
type OwnAddress = () => string | undefined

/** The native body: the event as the stream and the list show it. */
export function nativeBody(address: OwnAddress = () => undefined) {
  return {
    render: (event: EventRecord): RenderedBody => jsonBody(presentEvent(event, address())),
  } satisfies BodyRenderer
}

/** A value as a JSON body. */
export function jsonBody(value: unknown): RenderedBody {
  return { contentType: 'application/json', body: Buffer.from(JSON.stringify(value)) }
}

/**
 * Renders by `Endpoint.format`: the native one, and those given by name. A format that is not there (its dialect was
 * switched off) throws, so that the delivery is tried again later.
 */
export class BodyFormats implements BodyRenderer {
  readonly #renderers: ReadonlyMap<string, BodyRenderer>

  constructor(renderers: Iterable<readonly [string, BodyRenderer]> = [], address?: OwnAddress) {
    this.#renderers = new Map<string, BodyRenderer>([[NATIVE_FORMAT, nativeBody(address)], ...renderers])
  }

  render(event: EventRecord, endpoint: Endpoint): RenderedBody | null {
    const renderer = this.#renderers.get(endpoint.format)
    if (!renderer) throw new Error(`there is no webhook format ${endpoint.format}`)
    return renderer.render(event, endpoint)
  }
}
