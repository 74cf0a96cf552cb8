import { Type } from 'typebox'
import type { SessionObject } from '../../../core/session.ts'
import { anyObject, exactly, PageQuery, pageOf, refTo, SessionName, TenantQuery } from '../schema.ts'
import { SettingsInput, type SettingsObject } from './settings.ts'

const PROXY = {
  minLength: 1,
  maxLength: 2_048,
  description:
    '`http://`, `https://` or `socks5://` URL that the session connects through, files included; with `user:password@` where it wants them. The password is never shown.',
  examples: ['socks5://user:password@proxy.example:1080'],
}

const Metadata = anyObject({ maxProperties: 50, description: 'Yours; comes with every event of the session.' })

export const CreateSessionBody = exactly(
  {
    id: Type.Optional(Type.String({ ...SessionName, description: 'Made when absent; case is kept.' })),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    proxy: Type.Optional(Type.String(PROXY)),
    metadata: Type.Optional(Metadata),
    settings: Type.Optional(SettingsInput),
  },
  { examples: [{ id: 'shop-1', name: 'The shop' }] },
)

export const UpdateSessionBody = exactly(
  {
    name: Type.Optional(Type.Unsafe<string | null>({ type: ['string', 'null'], minLength: 1, maxLength: 100 })),
    proxy: Type.Optional(
      Type.Unsafe<string | null>({
        ...PROXY,
        type: ['string', 'null'],
        description: 'Another proxy, or null for none; the session connects again.',
      }),
    ),
    metadata: Type.Optional(Metadata),
    settings: Type.Optional(SettingsInput),
  },
  { minProperties: 1, examples: [{ metadata: { shop: 7 } }] },
)

export const SessionAnswer = refTo<SessionObject & { settings?: SettingsObject }>('Session', {
  description: 'The session.',
})
export const SessionPage = pageOf(refTo<SessionObject>('Session'), 'Sessions by id.')
export const SessionQuery = exactly(TenantQuery)
export const SessionListQuery = exactly({ ...PageQuery, ...TenantQuery })
