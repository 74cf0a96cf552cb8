import type { RouteOptions } from 'fastify'

/** Which methods a path has, so that a wrong method can be told from a wrong path. */
export class MethodTable {
  readonly #paths = new Map<string, { pattern: RegExp; methods: string[] }>()

  /** Takes note of a route. */
  add({ method, url }: RouteOptions): void {
    const known = this.#paths.get(url)
    const methods = [...(known?.methods ?? []), ...[method].flat()]
    const source = url
      .split('/')
      .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
      .join('/')
    this.#paths.set(url, { pattern: new RegExp(`^${source}$`), methods })
  }

  /** Methods of the routes that match the request's URL; none for an unknown path. */
  of(requestUrl: string): string[] {
    const [path = ''] = requestUrl.split('?', 1)
    return [...this.#paths.values()].filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods)
  }
}
