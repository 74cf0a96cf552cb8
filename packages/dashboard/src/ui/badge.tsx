import type { SessionStatus } from '../api/types.ts'
import { useText } from '../i18n/text.tsx'

const TONES: Record<SessionStatus, string> = {
  connected: 'good',
  connecting: 'accent',
  qr: 'accent',
  disconnected: 'warn',
  stopped: 'none',
  logged_out: 'bad',
}

/** A session's status in a word and a colour. */
export function SessionBadge({ status }: { status: SessionStatus }) {
  const text = useText()
  return <span className={`badge badge-${TONES[status]}`}>{text.status[status]}</span>
}
