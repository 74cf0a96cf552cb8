import { type FormEvent, useState } from 'react'
import { kurir } from '../../api/kurir.ts'
import { useChange } from '../../api/queries.ts'
import type { Rule } from '../../api/types.ts'
import { useText } from '../../i18n/text.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField, TextArea, TextField } from '../../ui/field.tsx'

type Match = Rule['match']
type RuleMessage = NonNullable<Rule['action']['messages']>[number]

const MATCHES: Match[] = ['exact', 'prefix', 'contains', 'regex', 'any']

type AnswerKind = 'text' | 'messages' | 'webhook'

interface Draft {
  keyword: string
  match: Match
  answer: AnswerKind
  text: string
  json: string
  url: string
}

interface RuleDialogProps {
  session: string
  /** Null for a new one. */
  rule: Rule | null
  onClose: () => void
}

/** Makes a rule or changes one. */
export function RuleDialog({ session, rule, onClose }: RuleDialogProps) {
  const text = useText()
  const [draft, setDraft] = useState(() => draftOf(rule))
  const change = (patch: Partial<Draft>) => setDraft({ ...draft, ...patch })
  const action = actionOf(draft)
  const save = useChange(
    (whole: Rule['action']) => {
      const { match } = draft
      const body = { keyword: match === 'any' ? '' : draft.keyword, match, action: whole }
      return rule
        ? kurir.patch('/v1/sessions/{session}/rules/{rule}', { params: { path: { session, rule: rule.id } }, body })
        : kurir.post('/v1/sessions/{session}/rules', { params: { path: { session } }, body })
    },
    { stale: [['rules', session]], done: onClose },
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (action) save.mutate(action)
  }
  return (
    <Dialog title={rule ? text.edit : text.rules.new} onClose={onClose} wide>
      <form className="stack" onSubmit={submit}>
        <SelectField
          label={text.rules.match}
          value={draft.match}
          onChange={(event) => change({ match: event.target.value as Match })}
        >
          {MATCHES.map((match) => (
            <option key={match} value={match}>
              {text.rules.matches[match]}
            </option>
          ))}
        </SelectField>
        {draft.match !== 'any' && (
          <TextField
            label={text.rules.keyword}
            hint={text.rules.keywordHint}
            required
            maxLength={512}
            value={draft.keyword}
            onChange={(event) => change({ keyword: event.target.value })}
          />
        )}
        <AnswerFields draft={draft} change={change} />
        <div className="dialog-end">
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" look="main" busy={save.isPending} disabled={!action}>
            {text.save}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function AnswerFields({ draft, change }: { draft: Draft; change: (patch: Partial<Draft>) => void }) {
  const text = useText()
  return (
    <>
      <SelectField
        label={text.rules.answer}
        value={draft.answer}
        onChange={(event) => change({ answer: event.target.value as AnswerKind })}
      >
        {Object.entries(text.rules.answers).map(([kind, label]) => (
          <option key={kind} value={kind}>
            {label}
          </option>
        ))}
      </SelectField>
      {draft.answer === 'text' && (
        <TextArea
          label={text.rules.text}
          required
          value={draft.text}
          onChange={(event) => change({ text: event.target.value })}
        />
      )}
      {draft.answer === 'messages' && (
        <TextArea
          label={text.rules.messages}
          hint={text.rules.messagesHint}
          fault={messagesOf(draft.json) ? undefined : text.rules.messagesWrong}
          spellCheck={false}
          value={draft.json}
          onChange={(event) => change({ json: event.target.value })}
        />
      )}
      {draft.answer === 'webhook' && (
        <TextField
          label={text.rules.url}
          type="url"
          required
          value={draft.url}
          onChange={(event) => change({ url: event.target.value })}
        />
      )}
    </>
  )
}

function draftOf(rule: Rule | null): Draft {
  const { messages = [], url = '', type = 'reply' } = rule?.action ?? {}
  const [only] = messages
  const isText = messages.length === 1 && only?.type === 'text' && Object.keys(only).length === 2
  return {
    keyword: rule?.keyword ?? '',
    match: rule?.match ?? 'exact',
    answer: type === 'webhook' ? 'webhook' : isText || !rule ? 'text' : 'messages',
    text: isText ? String(only?.text ?? '') : '',
    json: JSON.stringify(messages.length > 0 ? messages : [{ type: 'text', text: '' }], null, 2),
    url,
  }
}

/** Null where the draft is not whole. */
function actionOf({ answer, text, json, url }: Draft): Rule['action'] | null {
  if (answer === 'webhook') return { type: 'webhook', url }
  const messages = answer === 'text' ? [{ type: 'text', text }] : messagesOf(json)
  return messages && { type: 'reply', messages }
}

/** The messages that a JSON text says; null where it says none. */
function messagesOf(json: string): RuleMessage[] | null {
  try {
    const value: unknown = JSON.parse(json)
    return Array.isArray(value) && value.length > 0 ? (value as RuleMessage[]) : null
  } catch {
    return null
  }
}
