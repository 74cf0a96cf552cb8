import { Type } from 'typebox'
import { exactly, PageQuery, pageOf, SessionName, time } from '../schema.ts'

export const CreateTenantBody = exactly(
  {
    id: Type.Optional(Type.String({ ...SessionName, description: 'Made when absent.', examples: ['acme'] })),
    name: Type.String({ minLength: 1, maxLength: 100 }),
    country_code: Type.Optional(
      Type.String({
        pattern: '^[1-9]\\d{0,3}$',
        description: 'Takes the place of a leading 0 of phone numbers. Default: 62.',
        examples: ['62'],
      }),
    ),
  },
  { examples: [{ id: 'acme', name: 'Acme Ltd' }] },
)

export const TenantObject = Type.Object(
  { id: Type.String(), name: Type.String(), country_code: Type.String(), created_at: time() },
  { description: 'The tenant.' },
)
export const TenantPage = pageOf(TenantObject, 'Tenants.')
export const TenantListQuery = exactly(PageQuery)
