import { whyUnreachable } from '../../observe/reachability.ts'
import { type Finding, failed, ok, warning } from './check.ts'

const HOST = 'web.whatsapp.com'
/** WhatsApp refuses clients whose clock is far off, and signatures of webhooks are good for five minutes. Seconds. */
const SKEW = { warning: 10, failed: 120 }
const TIMEOUT_MS = 5_000

/** Whether the network that sessions dial can be reached, and whether this clock agrees with the one there. */
export async function checkNetwork(lab: { url: string } | null): Promise<Finding[]> {
  const { hostname, port } = lab ? new URL(lab.url) : { hostname: HOST, port: '443' }
  const why = await whyUnreachable(hostname, Number(port) || 443)
  if (why !== null) {
    const advice = lab
      ? 'Start the lab, or correct KURIR_LAB_URL.'
      : 'Look at DNS, the firewall and the route; sessions need outgoing TCP to port 443 (or a proxy of their own).'
    const unknown = warning('clock', 'not compared, since nothing there answered', 'Keep the clock right by NTP.')
    return [failed('network', `${hostname} cannot be reached (${why})`, advice), ...(lab ? [] : [unknown])]
  }
  const reached = ok('network', `${hostname} can be reached`)
  return lab ? [reached] : [reached, await checkClock()]
}

async function checkClock(): Promise<Finding> {
  const advice = 'Set the clock by NTP, for example: timedatectl set-ntp true'
  try {
    const { headers } = await fetch(`https://${HOST}/`, { method: 'HEAD', signal: AbortSignal.timeout(TIMEOUT_MS) })
    const theirs = Date.parse(headers.get('date') ?? '')
    if (Number.isNaN(theirs)) return warning('clock', `${HOST} told no time`, advice)
    const seconds = Math.round(Math.abs(Date.now() - theirs) / 1000)
    const detail = `${seconds} s from WhatsApp’s`
    if (seconds > SKEW.failed) return failed('clock', detail, advice)
    return seconds > SKEW.warning ? warning('clock', detail, advice) : ok('clock', detail)
  } catch (error) {
    return warning('clock', `not compared: ${(error as Error).message}`, advice)
  }
}
