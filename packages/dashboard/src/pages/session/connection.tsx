import { type FormEvent, useState } from 'react'
import type { Session, Settings } from '../../api/types.ts'
import { useText } from '../../i18n/text.tsx'
import { Button } from '../../ui/button.tsx'
import { TextArea, TextField } from '../../ui/field.tsx'
import { useSave } from './save.ts'

/** How fast a session sends, through which proxy it connects, and what its owner keeps with it. */
export function ConnectionPane({ session }: { session: Session }) {
  return (
    <div className="stack">
      <PacingForm session={session} />
      <ProxyForm session={session} />
      <MetadataForm session={session} />
    </div>
  )
}

type Pacing = NonNullable<Settings['pacing']>

const FIELDS = ['perMinute', 'perDay', 'gapLeast', 'gapMost'] as const

function PacingForm({ session }: { session: Session }) {
  const text = useText()
  const { run, isBusy } = useSave(session.id)
  const pacing = session.settings?.pacing
  const [draft, setDraft] = useState({
    perMinute: String(pacing?.per_minute ?? ''),
    perDay: String(pacing?.per_day ?? ''),
    gapLeast: String(pacing?.gap_ms?.[0] ?? ''),
    gapMost: String(pacing?.gap_ms?.[1] ?? ''),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    run({ settings: { pacing: pacingOf(draft) } })
  }
  return (
    <form className="panel pad stack" onSubmit={submit}>
      <div>
        <h2>{text.connection.pacing}</h2>
        <p className="hint">{text.connection.pacingHint}</p>
      </div>
      <div className="figures">
        {FIELDS.map((name) => (
          <TextField
            key={name}
            label={text.connection[name]}
            type="number"
            min={name.startsWith('gap') ? 0 : 1}
            value={draft[name]}
            onChange={(event) => setDraft({ ...draft, [name]: event.target.value })}
          />
        ))}
      </div>
      <div>
        <Button type="submit" busy={isBusy}>
          {text.save}
        </Button>
      </div>
    </form>
  )
}

function pacingOf(draft: Record<(typeof FIELDS)[number], string>): Pacing | null {
  const { perMinute, perDay, gapLeast, gapMost } = draft
  const least = gapLeast || gapMost
  const pacing: Pacing = {
    ...(perMinute ? { per_minute: Number(perMinute) } : {}),
    ...(perDay ? { per_day: Number(perDay) } : {}),
    ...(least ? { gap_ms: [Number(least), Number(gapMost || gapLeast)] } : {}),
  }
  return Object.keys(pacing).length === 0 ? null : pacing
}

function ProxyForm({ session }: { session: Session }) {
  const text = useText()
  const { run, isBusy } = useSave(session.id)
  const [proxy, setProxy] = useState(session.proxy ?? '')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    run({ proxy: proxy.trim() || null })
  }
  return (
    <form className="panel pad stack" onSubmit={submit}>
      <TextField
        label={text.connection.proxy}
        hint={text.connection.proxyHint}
        placeholder="socks5://user:password@proxy.example:1080"
        autoComplete="off"
        value={proxy}
        onChange={(event) => setProxy(event.target.value)}
      />
      <div>
        <Button type="submit" busy={isBusy} disabled={proxy === (session.proxy ?? '')}>
          {text.save}
        </Button>
      </div>
    </form>
  )
}

function MetadataForm({ session }: { session: Session }) {
  const text = useText()
  const { run, isBusy } = useSave(session.id)
  const [json, setJson] = useState(() => JSON.stringify(session.metadata, null, 2))
  const parsed = objectOf(json)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (parsed) run({ metadata: parsed })
  }
  return (
    <form className="panel pad stack" onSubmit={submit}>
      <TextArea
        label={text.connection.metadata}
        hint={text.connection.metadataHint}
        fault={parsed ? undefined : text.connection.metadataWrong}
        spellCheck={false}
        value={json}
        onChange={(event) => setJson(event.target.value)}
      />
      <div>
        <Button type="submit" busy={isBusy} disabled={!parsed}>
          {text.save}
        </Button>
      </div>
    </form>
  )
}

/** The object that a JSON text says; null where it says none. */
function objectOf(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
