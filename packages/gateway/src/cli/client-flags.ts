import type { Command } from 'commander'
import { loadClientConfig } from '../config/client.ts'
import { GatewayClient } from './gateway-client.ts'
import { Output, type Streams } from './output.ts'

/** Flags of every command that talks to a running gateway. */
export interface ClientFlags {
  url?: string
  key?: string
  json?: boolean
}

/** Adds the flags that name the gateway, the key and the form of the answer. */
export function withClientFlags(command: Command): Command {
  return command
    .option('--url <url>', 'address of the gateway (KURIR_URL, else http://127.0.0.1:3000)')
    .option('--key <key>', 'key to call with (KURIR_KEY)')
    .option('--json', 'answer in JSON, one line')
}

/** What a command works with, by its flags. */
export function connect(flags: ClientFlags, streams: Streams): { gateway: GatewayClient; output: Output } {
  return { gateway: new GatewayClient(loadClientConfig(flags)), output: new Output(flags.json === true, streams) }
}
