import type { Clock } from '../core/clock.ts'
import type { SessionUid } from '../core/ids.ts'
import type { Pacing } from '../core/session-settings.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const LOOK_MS = 1_000

export interface PacerDeps {
  /** The session's rules now; undefined where it has none. */
  rules: (session: SessionUid) => Promise<Pacing | undefined>
  /** How many of the session's messages were sent since then. */
  countSent: (session: SessionUid, since: number) => Promise<number>
  clock: Clock
  random: () => number
  /** How long a wait goes on without a look at rules that may have changed, milliseconds; default 1,000. */
  lookMs?: number
}

interface Course {
  /** The turn that was asked for last: turns come one after the other. */
  last: Promise<unknown>
  /** Turns of the last minute, milliseconds since the epoch. */
  turns: number[]
  /** Not before this, whatever the rules say. */
  notBefore: number
  /** The day, since 1970 in UTC, that `count` is of. */
  day: number
  count: number
}

/**
 * Spaces out what a session sends, as its rules say. Nothing is refused: what is over the rules waits, over a day's
 * cap until the next day in UTC. Days are counted from the store, so that a restart gives nothing away.
 */
export class Pacer {
  readonly #deps: PacerDeps
  readonly #courses = new Map<SessionUid, Course>()

  constructor(deps: PacerDeps) {
    this.#deps = deps
  }

  /** Waits for the session's turn to send one message. False where `signal` fired first: the turn was not used. */
  async turn(session: SessionUid, signal: AbortSignal): Promise<boolean> {
    if ((await this.#deps.rules(session)) === undefined) {
      this.#courses.delete(session)
      return !signal.aborted
    }
    const course = this.#courses.get(session) ?? { last: Promise.resolve(), turns: [], notBefore: 0, day: -1, count: 0 }
    this.#courses.set(session, course)
    const turn = course.last.then(() => this.#take(session, course, signal))
    course.last = turn.catch(() => {})
    return turn
  }

  async #take(session: SessionUid, course: Course, signal: AbortSignal): Promise<boolean> {
    const { clock, rules, random, lookMs = LOOK_MS } = this.#deps
    while (!signal.aborted) {
      const pacing = await rules(session)
      if (!pacing) return true
      const now = clock.now()
      await this.#openDay(session, course, now, pacing)
      const wait = waitMs(course, pacing, now)
      if (wait <= 0) {
        const [least, most] = pacing.gapMs ?? [0, 0]
        course.turns = [...course.turns.filter((at) => at > now - MINUTE_MS), now]
        course.notBefore = now + least + Math.round(random() * (most - least))
        course.count += 1
        return true
      }
      await clock.sleep(Math.min(wait, lookMs), signal)
    }
    return false
  }

  async #openDay(session: SessionUid, course: Course, now: number, { perDay }: Pacing): Promise<void> {
    const day = Math.floor(now / DAY_MS)
    if (perDay === undefined || course.day === day) return
    const isNext = course.day !== -1
    course.count = isNext ? 0 : await this.#deps.countSent(session, day * DAY_MS)
    course.day = day
  }
}

function waitMs({ turns, notBefore, day, count }: Course, { perMinute, perDay, gapMs }: Pacing, now: number): number {
  const waits = [0]
  if (gapMs) waits.push(notBefore - now)
  if (perDay !== undefined && count >= perDay) waits.push((day + 1) * DAY_MS - now)
  const oldest = perMinute === undefined ? undefined : turns.at(-perMinute)
  if (oldest !== undefined) waits.push(oldest + MINUTE_MS - now)
  return Math.max(...waits)
}
