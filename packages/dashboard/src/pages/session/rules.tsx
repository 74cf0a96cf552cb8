import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { kurir } from '../../api/kurir.ts'
import { useChange } from '../../api/queries.ts'
import type { Rule, TriedRules } from '../../api/types.ts'
import { reasonIn } from '../../i18n/reasons.ts'
import { useText } from '../../i18n/text.tsx'
import { useMay, useReads } from '../../me.tsx'
import { Button } from '../../ui/button.tsx'
import { SwitchLine, TextField } from '../../ui/field.tsx'
import { List, ListPane } from '../../ui/list-page.tsx'
import { ConfirmDialog } from './confirm.tsx'
import { RuleDialog } from './rule-form.tsx'

/** The keyword rules of a session, and a box to try a message on them. */
export function RulesPane({ session }: { session: string }) {
  const text = useText()
  const [edited, setEdited] = useState<Rule | 'new' | null>(null)
  const [removing, setRemoving] = useState<Rule | null>(null)
  const query = useQuery(useReads().rules(session))
  const mayManage = useMay('manage')
  const after = { stale: [['rules', session]], done: () => setRemoving(null) }
  const place = (rule: string) => ({ params: { path: { session, rule } } })
  const remove = useChange((id: string) => kurir.delete('/v1/sessions/{session}/rules/{rule}', place(id)), after)
  const toggle = useChange(
    ({ id, enabled }: Pick<Rule, 'id' | 'enabled'>) =>
      kurir.patch('/v1/sessions/{session}/rules/{rule}', { ...place(id), body: { enabled } }),
    after,
  )
  const create = mayManage && (
    <Button look="main" icon="plus" onClick={() => setEdited('new')}>
      {text.rules.new}
    </Button>
  )
  return (
    <div className="stack">
      <ListPane intro={text.rules.hint} action={create}>
        <List query={query} empty={{ title: text.rules.emptyTitle, text: text.rules.emptyText }}>
          {(rules) => (
            <ul className="list">
              {rules.map((rule) => (
                <RuleRow
                  key={rule.id}
                  rule={rule}
                  mayChange={mayManage}
                  onEdit={setEdited}
                  onRemove={setRemoving}
                  onToggle={(enabled) => toggle.mutate({ id: rule.id, enabled })}
                />
              ))}
            </ul>
          )}
        </List>
      </ListPane>
      {mayManage && query.data && <TryBox session={session} rules={query.data.data} />}
      {edited && (
        <RuleDialog session={session} rule={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />
      )}
      {removing && (
        <ConfirmDialog
          title={text.rules.remove}
          text={text.rules.removeText(removing.keyword || text.rules.matches.any)}
          onClose={() => setRemoving(null)}
          onConfirm={() => remove.mutate(removing.id)}
        />
      )}
    </div>
  )
}

interface RuleRowProps {
  rule: Rule
  mayChange: boolean
  onEdit: (rule: Rule) => void
  onRemove: (rule: Rule) => void
  onToggle: (enabled: boolean) => void
}

function RuleRow({ rule, mayChange, onEdit, onRemove, onToggle }: RuleRowProps) {
  const text = useText()
  const { action } = rule
  const name = rule.keyword || text.rules.matches.any
  const answer = action.type === 'webhook' ? text.rules.asks(action.url ?? '') : linesOf(action.messages)
  return (
    <li className="row row-between">
      <div className="grow">
        <Button look="link" disabled={!mayChange} onClick={() => onEdit(rule)}>
          {name}
        </Button>{' '}
        <span className="muted small">{text.rules.matches[rule.match]}</span>
        <div className="muted ellipsis">{answer}</div>
      </div>
      {mayChange && (
        <>
          <SwitchLine label={text.rules.enabled} checked={rule.enabled} onChange={onToggle} />
          <Button look="quiet" icon="trash" aria-label={`${text.remove}: ${name}`} onClick={() => onRemove(rule)} />
        </>
      )}
    </li>
  )
}

/** What messages of a rule say, in a line. */
function linesOf(messages: Rule['action']['messages'] = []): string {
  return messages.map(({ type, text, caption }) => String(text ?? caption ?? type)).join(' · ')
}

function TryBox({ session, rules }: { session: string; rules: Rule[] }) {
  const text = useText()
  const [words, setWords] = useState('')
  const attempt = useChange(() =>
    kurir.post('/v1/sessions/{session}/rules/try', { params: { path: { session } }, body: { text: words } }),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    attempt.mutate()
  }
  return (
    <form className="panel pad stack" onSubmit={submit}>
      <div>
        <h2>{text.rules.try}</h2>
        <p className="hint">{text.rules.tryHint}</p>
      </div>
      <TextField
        label={text.rules.tryText}
        required
        maxLength={4096}
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      <div>
        <Button type="submit" busy={attempt.isPending}>
          {text.rules.trySubmit}
        </Button>
      </div>
      <div role="status">{attempt.data && <Outcome tried={attempt.data} rules={rules} />}</div>
    </form>
  )
}

function Outcome({ tried, rules }: { tried: TriedRules; rules: Rule[] }) {
  const text = useText()
  if (tried.outcome === 'nothing')
    return <p className="note">{text.rules.silent(reasonIn(text, tried.reason ?? ''))}</p>
  if (tried.outcome === 'webhook') return <p className="note note-accent">{text.rules.asks(tried.url ?? '')}</p>
  const rule = rules.find(({ id }) => id === tried.rule)
  return (
    <div className="stack-s">
      <p>{rule ? text.rules.byRule(rule.keyword || text.rules.matches.any) : text.rules.byDefault}</p>
      <div className="bubble bubble-out">{linesOf(tried.messages)}</div>
    </div>
  )
}
