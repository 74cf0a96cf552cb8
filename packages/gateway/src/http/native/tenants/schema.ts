import { Type } from 'typebox'
import { exactly, PageQuery, pageOf, SessionName, time } from '../schema.ts'

const MOST = 1_000_000_000

function limit(what: string) {
  return Type.Optional(
    Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      minimum: 0,
      maximum: MOST,
      description: `${what} (UTC); 0 is without limit, null follows the gateway's setting.`,
    }),
  )
}

const Quotas = exactly({
  messages_per_month: limit('Messages that may be accepted a month'),
  messages_per_day: limit('Messages that may be accepted a day'),
  number_checks_per_month: limit('Numbers that may be looked up a month'),
})

const Settings = {
  country_code: Type.Optional(
    Type.String({
      pattern: '^[1-9]\\d{0,3}$',
      description: 'Takes the place of a leading 0 of phone numbers. Default: 62.',
      examples: ['62'],
    }),
  ),
  time_zone: Type.Optional(
    Type.String({
      maxLength: 64,
      description: 'IANA name, for times that a dialect shows as local ones. Default: Asia/Jakarta.',
      examples: ['Asia/Jakarta'],
    }),
  ),
  quotas: Type.Optional(Quotas),
}

const Name = Type.String({ minLength: 1, maxLength: 100 })

export const CreateTenantBody = exactly(
  {
    id: Type.Optional(Type.String({ ...SessionName, description: 'Made when absent.', examples: ['acme'] })),
    name: Name,
    ...Settings,
  },
  { examples: [{ id: 'acme', name: 'Acme Ltd' }] },
)

export const UpdateTenantBody = exactly(
  { name: Type.Optional(Name), ...Settings },
  { examples: [{ time_zone: 'Asia/Makassar', quotas: { messages_per_day: 500 } }] },
)

export const TenantParams = Type.Object({ tenant: Type.String({ maxLength: 64, description: 'The tenant’s id.' }) })

const OwnQuota = Type.Unsafe<number | null>({ type: ['integer', 'null'] })

export const TenantObject = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    country_code: Type.String(),
    time_zone: Type.String(),
    quotas: Type.Object(
      { messages_per_month: OwnQuota, messages_per_day: OwnQuota, number_checks_per_month: OwnQuota },
      { description: 'Null follows the gateway’s setting.' },
    ),
    created_at: time(),
  },
  { description: 'The tenant.' },
)
export const TenantPage = pageOf(TenantObject, 'Tenants.')
export const TenantListQuery = exactly(PageQuery)
