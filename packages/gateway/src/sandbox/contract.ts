import type { SessionKeys, TenantKeys } from './dialect-keys.ts'

/** What `kurir sandbox --json` prints (native-api: the sandbox's contract); of each dialect that exists, a key. */
export interface SandboxContract {
  gateway: string
  gatewayPid: number
  lab: string
  tenant: string
  session: string
  phone: string
  sessions: { id: string; phone: string; keys: SessionKeys }[]
  contacts: { phone: string; name: string }[]
  groups: { id: string; name: string }[]
  /** The tenant's, and those of the first session. */
  keys: { native: string; admin: string } & TenantKeys & SessionKeys
}
