/** What `kurir sandbox --json` prints (native-api: the sandbox's contract). Keys of dialects come with the dialects. */
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
  keys: { native: string; admin: string }
}
