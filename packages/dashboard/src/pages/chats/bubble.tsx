import { Link } from 'wouter'
import { addressOf, path } from '../../api/kurir.ts'
import type { Message } from '../../api/types.ts'
import { useText } from '../../i18n/text.tsx'
import { useOther } from '../../me.tsx'
import { Clock } from '../../ui/time.tsx'
import { summaryOf } from './summary.ts'

const TICKS: Record<string, string> = {
  accepted: '…',
  prepared: '…',
  sent: '✓',
  delivered: '✓✓',
  read: '✓✓',
  played: '✓✓',
  failed: '✕',
  expired: '✕',
  unknown: '?',
}

/** A message as it is in a chat. Whatever others wrote is text, never markup. */
export function Bubble({ message }: { message: Message }) {
  const isOut = message.from_me
  return (
    <article className={`bubble${isOut ? ' bubble-out' : ''}`}>
      {!isOut && message.participant && <div className="small muted">{message.push_name ?? message.participant}</div>}
      {message.media && <Media message={message} media={message.media} />}
      <Words message={message} />
      <div className="bubble-end">
        <Link href={path`/messages/${message.id}`}>
          <Clock at={message.timestamp} />
        </Link>
        {message.direction === 'out' && <Ticks status={message.status} />}
      </div>
    </article>
  )
}

/** How far a message has come. */
function Ticks({ status }: { status: string }) {
  const text = useText()
  const label = text.chats.statuses[status as keyof typeof text.chats.statuses] ?? status
  const isSeen = status === 'read' || status === 'played'
  const isLost = status === 'failed' || status === 'expired'
  return (
    <span className={isSeen ? 'tick-seen' : isLost ? 'fault' : ''} role="img" aria-label={label} title={label}>
      {TICKS[status] ?? status}
    </span>
  )
}

function Words({ message }: { message: Message }) {
  const text = useText()
  const { location, contacts, poll } = message
  if (location) {
    return (
      <div>
        {location.name ?? text.chats.kinds.location}
        <div className="muted small">
          {location.address} {location.latitude.toFixed(5)}, {location.longitude.toFixed(5)}
        </div>
      </div>
    )
  }
  if (contacts) {
    return contacts.map((contact) => <ContactCard key={`${contact.name} ${contact.phones[0]?.number}`} {...contact} />)
  }
  if (poll) {
    return (
      <div>
        {poll.question}
        <ul>
          {poll.options.map((option) => (
            <li key={option}>○ {option}</li>
          ))}
        </ul>
      </div>
    )
  }
  const words = message.text ?? message.caption ?? (message.media ? '' : summaryOf(message, text.chats.kinds))
  return words && <div>{words}</div>
}

type Contact = NonNullable<Message['contacts']>[number]

/** What a contact's card says, as text. */
function ContactCard({ name, organization, phones }: Contact) {
  return (
    <div className="contact">
      <strong>{name}</strong>
      {organization && <div className="small">{organization}</div>}
      {phones.map(({ number, type }) => (
        <div className="muted small" key={number}>
          +{number}
          {type && ` · ${type.toLowerCase()}`}
        </div>
      ))}
    </div>
  )
}

function Media({ message, media }: { message: Message; media: NonNullable<Message['media']> }) {
  const text = useText()
  const other = useOther()
  const address = addressOf(path`/v1/media/${media.id}`) + (other === undefined ? '' : path`?tenant=${other}`)
  const name = media.file_name ?? text.chats.kinds[message.type as keyof typeof text.chats.kinds] ?? message.type
  switch (message.type) {
    case 'image':
    case 'sticker':
      return <img src={address} alt={message.caption ?? name} loading="lazy" className="picture" />
    case 'video':
      return <video src={address} controls preload="metadata" aria-label={message.caption ?? name} />
    case 'audio':
    case 'voice':
      return <audio src={address} controls preload="metadata" aria-label={name} />
    default:
      return (
        <a href={address} download={media.file_name ?? ''}>
          {name}
        </a>
      )
  }
}
