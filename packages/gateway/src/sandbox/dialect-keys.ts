import type { JsonApi } from './clients.ts'
import type { SandboxContract } from './contract.ts'

type DialectKeys = Omit<SandboxContract['keys'], 'native' | 'admin'>

/** Makes a credential of each dialect that stands for a tenant. `gateway` calls with the admin key. */
export async function createDialectKeys(gateway: JsonApi): Promise<DialectKeys> {
  const make = <Shown>(dialect: string) => gateway.call<Shown>('POST', '/v1/keys', { name: 'sandbox', dialect })
  const client = await make<DialectKeys['blipcom']>('blipcom')
  const { key } = await make<{ key: string }>('sessions')
  return { blipcom: { client_id: client.client_id, client_secret: client.client_secret }, sessions: key }
}
