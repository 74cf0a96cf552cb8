import type { Session } from '../api/types.ts'
import { useText } from '../i18n/text.tsx'

const TONES: Record<Session['status'], string> = {
  connected: 'good',
  connecting: 'warn',
  qr: 'warn',
  disconnected: 'warn',
  stopped: 'none',
  logged_out: 'bad',
}

/** A session's status in a word and a colour. */
export function SessionBadge({ status }: { status: Session['status'] }) {
  const text = useText()
  return <span className={`badge badge-${TONES[status]}`}>{text.status[status]}</span>
}
