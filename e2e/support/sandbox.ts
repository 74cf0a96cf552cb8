import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { KURIR } from './kurir.ts'

/** The sandbox's contract, as far as the tests use it. */
export interface Contract {
  gateway: string
  gatewayPid: number
  lab: string
  tenant: string
  session: string
  phone: string
  sessions: { id: string; phone: string; keys: SessionKeys }[]
  contacts: { phone: string; name: string }[]
  groups: { id: string; name: string }[]
  keys: SessionKeys & {
    native: string
    admin: string
    blipcom: { client_id: string; client_secret: string }
    sessions: string
  }
}

interface SessionKeys {
  blazwa: string
  bots: { token: string; session_id: string; access_token: string }
  chatbot: string
}

export interface RunningSandbox {
  /** Of the command itself. */
  pid: number
  contract: Contract
  /** The process id of the gateway that listens now. */
  gatewayPid(): number
  /** Resolves when a gateway started after this call listens. */
  nextGateway(): Promise<number>
  stop(): Promise<void>
}

/** Runs `kurir sandbox --json` as a user would and waits until it is ready. */
export async function startSandbox(options: string[] = []): Promise<RunningSandbox> {
  const child = spawn(process.execPath, [KURIR, 'sandbox', '--json', '--port', '0', ...options], {
    stdio: ['pipe', 'pipe', process.env.KURIR_E2E_VERBOSE ? 'inherit' : 'pipe'],
  })
  let stderr = ''
  child.stderr?.on('data', (chunk) => {
    stderr = (stderr + chunk).slice(-20_000)
  })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  let pid = 0
  let waiting: ((pid: number) => void)[] = []
  const contract = await new Promise<Contract>((resolve, reject) => {
    lines.on('line', (line) => {
      const parsed = JSON.parse(line) as Contract
      pid = parsed.gatewayPid
      for (const wake of waiting) wake(pid)
      waiting = []
      if (parsed.gateway) resolve(parsed)
    })
    void exited.then(([code]) => reject(new Error(`the sandbox ended (${code}) before it was ready:\n${stderr}`)))
  })
  return {
    pid: child.pid ?? 0,
    contract,
    gatewayPid: () => pid,
    nextGateway: () => new Promise((resolve) => waiting.push(resolve)),
    stop: async () => {
      child.kill('SIGTERM')
      await exited
    },
  }
}
