import { readFileSync, writeFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../packages/gateway/src/sandbox/free-port.ts'
import { type Database, databaseFor } from '../support/database.ts'
import { Inspector } from './inspector.ts'
import { startGateway } from './send.ts'
import type { Share } from './table.ts'

interface ProfileNode {
  id: number
  callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number }
  children?: number[]
}

/** What V8's CPU profiler writes: each sample is the node that was running, for the microseconds of its delta. */
interface Profile {
  nodes: ProfileNode[]
  samples: number[]
  timeDeltas: number[]
}

export interface Profiling {
  database: Database['name']
  messages: number
  /** Where the profile goes, for Chromium's or an editor's viewer. */
  file: string
  say: (text: string) => void
}

/** Sends messages to people through a warm gateway that is profiled meanwhile, and says where its time went. */
export async function profileSends({ database, messages, file, say }: Profiling): Promise<Share[]> {
  const { settings, drop } = await databaseFor(database)
  const port = await freePort()
  try {
    const bench = await startGateway(say, { ...settings, NODE_OPTIONS: `--inspect-port=127.0.0.1:${port}` })
    try {
      await bench.run(messages / 5, 'person')
      const inspector = await Inspector.of(bench.contract.gatewayPid, port)
      await inspector.call('Profiler.enable')
      await inspector.call('Profiler.start')
      say(`sending ${messages} messages`)
      await bench.run(messages, 'person')
      const { profile } = await inspector.call<{ profile: Profile }>('Profiler.stop')
      inspector.close()
      writeFileSync(file, JSON.stringify(profile))
      return sharesOf(profile, messages)
    } finally {
      await bench.stop()
    }
  } finally {
    await drop()
  }
}

/** Self time by room, package or part of Node.js, the largest first. */
function sharesOf(profile: Profile, messages: number): Share[] {
  const parts = partsOf(profile.nodes)
  const spent = new Map<string, number>()
  for (const [index, id] of profile.samples.entries()) {
    const part = parts.get(id)
    if (part === undefined || part === '(idle)') continue
    spent.set(part, (spent.get(part) ?? 0) + (profile.timeDeltas[index] ?? 0) / 1000)
  }
  return [...spent]
    .map(([part, ms]) => ({ part, msPerMessage: ms / messages }))
    .sort((a, b) => b.msPerMessage - a.msPerMessage)
}

/** The part that each node belongs to: native functions belong to their caller's. */
function partsOf(nodes: ProfileNode[]): Map<number, string> {
  const parts = new Map<number, string>()
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const sources = new Sources()
  const visit = (node: ProfileNode, inherited: string) => {
    const { functionName } = node.callFrame
    const url = sources.of(node.callFrame)
    const part = url === '' && !functionName.startsWith('(') ? inherited : (partOf(url) ?? functionName)
    parts.set(node.id, part)
    for (const id of node.children ?? []) {
      const child = byId.get(id)
      if (child) visit(child, part)
    }
  }
  const [root] = nodes
  if (root) visit(root, root.callFrame.functionName)
  return parts
}

/** Finds the source of a place in a built file. */
class Sources {
  readonly #maps = new Map<string, SourceMap>()

  /** The source's address; the file's own where it is no built one. */
  of({ url, lineNumber, columnNumber }: ProfileNode['callFrame']): string {
    if (!url.includes('/packages/gateway/dist/')) return url
    const map = this.#maps.get(url) ?? new SourceMap(JSON.parse(readFileSync(fileURLToPath(`${url}.map`), 'utf8')))
    this.#maps.set(url, map)
    const entry = map.findEntry(lineNumber, columnNumber)
    return 'originalSource' in entry ? new URL(entry.originalSource, url).href : url
  }
}

function partOf(url: string): string | undefined {
  if (url === '') return undefined
  if (url.startsWith('node:')) return `Node.js: ${url.slice('node:'.length).replace('internal/', '').split('/')[0]}`
  const dependency = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1]
  if (dependency !== undefined) return dependency
  const room = /\/packages\/gateway\/src\/([^/]+)/.exec(url)?.[1]
  return room === undefined ? url : `Kurir: ${room}`
}
