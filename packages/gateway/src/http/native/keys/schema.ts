import { Type } from 'typebox'
import { SCOPES } from '../../../access/ports.ts'
import { exactly, nullableText, PageQuery, pageOf, SessionName, TenantQuery, time, words } from '../schema.ts'

export const CreateKeyBody = exactly(
  {
    name: Type.String({ minLength: 1, maxLength: 100, description: 'For you to know it by.' }),
    scopes: Type.Optional(
      Type.Array(words(SCOPES), {
        minItems: 1,
        maxItems: 4,
        description:
          'Needed unless a dialect is named. `admin`: keys and tenants, and all below. `manage`: sessions, QR codes, webhooks. `send`: messages. `read`: everything that can be read.',
      }),
    ),
    tenant: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'Default: the tenant of your key.' }),
    ),
    session: Type.Optional(Type.String({ ...SessionName, description: 'The only session that the key may touch.' })),
    dialect: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'Makes a credential of this dialect instead: the dialect takes it, the native API does not.',
      }),
    ),
  },
  { examples: [{ name: 'my shop', scopes: ['manage', 'send', 'read'] }] },
)

const keyFields = {
  id: Type.String({ examples: ['key_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z'] }),
  name: Type.String(),
  tenant: Type.String(),
  scopes: Type.Array(words(SCOPES)),
  session: nullableText(),
  dialect: nullableText({ description: 'The dialect that takes the key; null: the native API.' }),
  created_at: time(),
}

export const CreatedKey = Type.Object(
  {
    ...keyFields,
    key: Type.Optional(Type.String({ description: 'The key; shown in this answer and never again.' })),
    client_id: Type.Optional(Type.String({ description: 'Of an OAuth client (blipcom).' })),
    client_secret: Type.Optional(Type.String({ description: 'Of an OAuth client; never shown again.' })),
    token: Type.Optional(Type.String({ description: 'The Bearer token (bots, a whole tenant); never shown again.' })),
    session_id: Type.Optional(Type.String({ description: 'What the dialect calls the session (bots, one session).' })),
    access_token: Type.Optional(Type.String({ description: 'Goes with `session_id`.' })),
  },
  { description: 'The key was made.' },
)
export const KeyPage = pageOf(Type.Object(keyFields), 'Keys, oldest first.')
export const KeyListQuery = exactly({ ...PageQuery, ...TenantQuery })
export const KeyParams = Type.Object({ id: Type.String({ maxLength: 64 }) })
