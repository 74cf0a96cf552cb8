/** What `kurir sandbox --json` prints (native-api: the sandbox's contract); of each dialect that exists, a key. */
export interface SandboxContract {
  gateway: string
  gatewayPid: number
  lab: string
  tenant: string
  session: string
  phone: string
  sessions: { id: string; phone: string; keys: Record<string, string> }[]
  contacts: { phone: string; name: string }[]
  groups: { id: string; name: string }[]
  keys: {
    native: string
    admin: string
    blipcom: { client_id: string; client_secret: string }
    sessions: string
  }
}
