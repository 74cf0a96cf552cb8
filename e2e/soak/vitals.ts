import { readdirSync, readFileSync } from 'node:fs'
import { quantile, rssMiB } from '../bench/figures.ts'

interface Sample {
  /** Seconds since the beginning. */
  at: number
  rss: number
  descriptors: number
}

/** Watches a process from outside, once a second. */
export class Vitals {
  readonly #pid: number
  readonly #samples: Sample[] = []
  readonly #started = Date.now()
  readonly #timer: NodeJS.Timeout

  constructor(pid: number) {
    this.#pid = pid
    this.#timer = setInterval(() => this.#sample(), 1_000)
  }

  get last(): Sample | undefined {
    return this.#samples.at(-1)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Growth of the resident memory in MiB per ten minutes, by least squares over the later three quarters. */
  rssSlope(): number {
    const kept = this.#settled()
    const mean = (of: (sample: Sample) => number) => kept.reduce((sum, one) => sum + of(one), 0) / kept.length
    const [at, rss] = [mean((one) => one.at), mean((one) => one.rss)]
    const covariance = kept.reduce((sum, one) => sum + (one.at - at) * (one.rss - rss), 0)
    const variance = kept.reduce((sum, one) => sum + (one.at - at) ** 2, 0)
    return (covariance / variance) * 600
  }

  /** Open files and sockets: the median at the beginning and at the end of the later three quarters. */
  descriptors(): { first: number; last: number } {
    const kept = this.#settled().map(({ descriptors }) => descriptors)
    const tenth = Math.max(1, Math.floor(kept.length / 10))
    return { first: quantile(kept.slice(0, tenth), 0.5), last: quantile(kept.slice(-tenth), 0.5) }
  }

  #settled(): Sample[] {
    return this.#samples.slice(Math.floor(this.#samples.length / 4))
  }

  #sample(): void {
    this.#samples.push({
      at: (Date.now() - this.#started) / 1000,
      rss: rssMiB(this.#pid),
      descriptors: readdirSync(`/proc/${this.#pid}/fd`).length,
    })
  }
}

/** What the preloaded watch wrote: the 99th percentile of all seconds' 99th percentiles, and the worst moment. */
export function loopDelays(file: string): { p99: number; max: number } {
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  const seconds = lines
    .map((line) => JSON.parse(line) as { p99: number; max: number })
    .slice(Math.floor(lines.length / 4))
  return {
    p99: quantile(
      seconds.map(({ p99 }) => p99),
      0.99,
    ),
    max: Math.max(...seconds.map(({ max }) => max)),
  }
}
