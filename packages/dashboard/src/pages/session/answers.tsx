import { type FormEvent, useState } from 'react'
import type { Session, Settings } from '../../api/types.ts'
import { useLanguage, useText } from '../../i18n/text.tsx'
import { Button } from '../../ui/button.tsx'
import { SwitchLine, TextArea, TextField } from '../../ui/field.tsx'
import { useSave } from './save.ts'
import { fillTemplate } from './spintax.ts'
import { WeekGrid } from './week.tsx'

type Draft = Omit<Settings, 'pacing' | 'calls'>

/** How a session answers by itself. */
export function AnswersPane({ session }: { session: Session }) {
  const text = useText()
  const [name, setName] = useState(session.name ?? '')
  const [draft, setDraft] = useState<Draft>(() => draftOf(session))
  const { run, isBusy } = useSave(session.id)
  const change = (patch: Partial<Draft>) => setDraft({ ...draft, ...patch })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    run({ name: name || null, settings: draft })
  }
  return (
    <form className="stack" onSubmit={submit}>
      <div className="panel pad">
        <TextField
          label={text.answers.botName}
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </div>
      <Switches draft={draft} change={change} />
      <DefaultMessage draft={draft} change={change} />
      <WeekGrid draft={draft} change={change} />
      <div className="row">
        <Button type="submit" look="main" busy={isBusy}>
          {text.save}
        </Button>
      </div>
    </form>
  )
}

function draftOf({ settings }: Session): Draft {
  if (!settings) throw new Error('a session without its settings')
  const { pacing: _pacing, calls: _calls, ...draft } = settings
  return draft
}

interface PartProps {
  draft: Draft
  change: (patch: Partial<Draft>) => void
}

function Switches({ draft, change }: PartProps) {
  const text = useText()
  return (
    <section className="panel pad">
      <h2>{text.answers.switches}</h2>
      <SwitchLine
        label={text.answers.reply}
        hint={text.answers.replyHint}
        checked={draft.reply_msgs}
        onChange={(reply_msgs) => change({ reply_msgs })}
      />
      <SwitchLine
        label={text.answers.groups}
        checked={draft.reply_group_msgs}
        onChange={(reply_group_msgs) => change({ reply_group_msgs })}
      />
      <SwitchLine
        label={text.answers.unread}
        checked={draft.reply_unread_msgs}
        onChange={(reply_unread_msgs) => change({ reply_unread_msgs })}
      />
      <SwitchLine
        label={text.answers.sendDefault}
        hint={text.answers.sendDefaultHint}
        checked={draft.send_default_msg}
        onChange={(send_default_msg) => change({ send_default_msg })}
      />
    </section>
  )
}

function DefaultMessage({ draft, change }: PartProps) {
  const text = useText()
  const language = useLanguage()
  const [seed, setSeed] = useState(0)
  const now = new Date()
  const values = {
    name: 'Budi',
    number: '6281311110001',
    time: now.toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' }),
    date: now.toLocaleDateString(language),
  }
  return (
    <section className="panel pad stack">
      <TextArea
        label={text.answers.default}
        hint={text.answers.defaultHint}
        maxLength={4096}
        value={draft.default_msg}
        onChange={(event) => change({ default_msg: event.target.value })}
      />
      <div className="stack-s">
        <div className="row row-between">
          <span className="legend">{text.answers.preview}</span>
          <Button onClick={() => setSeed(seed + 1)}>{text.answers.another}</Button>
        </div>
        <output className="bubble" aria-live="polite">
          {fillTemplate(draft.default_msg, values, numbersFrom(seed)) || '…'}
        </output>
      </div>
    </section>
  )
}

/** Numbers from 0 to 1 that are the same for the same seed, so that a preview changes only when it is asked to. */
function numbersFrom(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
