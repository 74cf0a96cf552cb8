import { User } from './model.ts'

/** Anything JSON can say. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/**
 * State as JSON: bytes become `{$bytes: base64}`, maps `{$map: pairs}`, sets `{$set: items}`, a person
 * `{$user: phone}`. Fields that are `undefined` are left out.
 */
export function encode(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') }
  if (value instanceof User) return { $user: value.phone }
  if (value instanceof Map) return { $map: Array.from(value, ([key, one]) => [encode(key), encode(one)]) }
  if (value instanceof Set) return { $set: Array.from(value, encode) }
  if (Array.isArray(value)) return value.map(encode)
  if (typeof value !== 'object') throw new Error(`a ${typeof value} cannot be kept`)
  const object: Record<string, Json> = {}
  for (const [key, one] of Object.entries(value)) if (one !== undefined) object[key] = encode(one)
  return object
}

/** The state `encode` made `json` of. `person` finds the people it names. The shape is the caller's to know. */
export function decode(json: Json, person: (phone: string) => User): unknown {
  if (typeof json !== 'object' || json === null) return json
  const inner = (one: Json) => decode(one, person)
  if (Array.isArray(json)) return json.map(inner)
  const { $bytes, $user, $map, $set } = json
  if (typeof $bytes === 'string') return Buffer.from($bytes, 'base64')
  if (typeof $user === 'string') return person($user)
  if (Array.isArray($map)) return new Map($map.map((pair) => inner(pair) as [unknown, unknown]))
  if (Array.isArray($set)) return new Set($set.map(inner))
  return Object.fromEntries(Object.entries(json).map(([key, one]) => [key, inner(one)]))
}
