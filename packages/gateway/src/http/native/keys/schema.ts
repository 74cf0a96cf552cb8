import { Type } from 'typebox'
import { SCOPES } from '../../../access/ports.ts'
import { exactly, nullableText, PageQuery, pageOf, SessionName, TenantQuery, time, words } from '../schema.ts'

export const CreateKeyBody = exactly(
  {
    name: Type.String({ minLength: 1, maxLength: 100, description: 'For you to know it by.' }),
    scopes: Type.Array(words(SCOPES), {
      minItems: 1,
      maxItems: 4,
      description:
        '`admin`: keys and tenants, and all below. `manage`: sessions, QR codes, webhooks. `send`: messages. `read`: everything that can be read.',
    }),
    tenant: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'Default: the tenant of your key.' }),
    ),
    session: Type.Optional(Type.String({ ...SessionName, description: 'The only session that the key may touch.' })),
  },
  { examples: [{ name: 'my shop', scopes: ['manage', 'send', 'read'] }] },
)

const keyFields = {
  id: Type.String({ examples: ['key_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z'] }),
  name: Type.String(),
  tenant: Type.String(),
  scopes: Type.Array(words(SCOPES)),
  session: nullableText(),
  created_at: time(),
}

export const CreatedKey = Type.Object(
  { ...keyFields, key: Type.Optional(Type.String({ description: 'The key; shown in this answer and never again.' })) },
  { description: 'The key was made.' },
)
export const KeyPage = pageOf(Type.Object(keyFields), 'Keys, oldest first.')
export const KeyListQuery = exactly({ ...PageQuery, ...TenantQuery })
export const KeyParams = Type.Object({ id: Type.String({ maxLength: 64 }) })
