import { type FormEvent, useState } from 'react'
import { path } from '../../api/call.ts'
import { useChange, useRead } from '../../api/queries.ts'
import type { Page, Rule, RuleMessage, TriedRules } from '../../api/types.ts'
import { useText } from '../../i18n/text.tsx'
import { Button } from '../../ui/button.tsx'
import { SwitchLine, TextField } from '../../ui/field.tsx'
import { Empty, Loaded } from '../../ui/states.tsx'
import { ConfirmDialog } from './confirm.tsx'
import { RuleDialog } from './rule-form.tsx'

/** The keyword rules of a session, and a box to try a message on them. */
export function RulesPane({ session }: { session: string }) {
  const text = useText()
  const [edited, setEdited] = useState<Rule | 'new' | null>(null)
  const [removing, setRemoving] = useState<Rule | null>(null)
  const address = path`/v1/sessions/${session}/rules`
  const query = useRead<Page<Rule>>(`${address}?limit=200`)
  const change = useChange<Rule | null>([address], () => setRemoving(null))
  const create = (
    <Button look="main" icon="plus" onClick={() => setEdited('new')}>
      {text.rules.new}
    </Button>
  )
  const toggle = (rule: Rule, enabled: boolean) =>
    change.mutate({ method: 'PATCH', address: `${address}/${rule.id}`, body: { enabled } })
  return (
    <div className="stack">
      <div className="row row-between">
        <p className="muted">{text.rules.hint}</p>
        {create}
      </div>
      <Loaded query={query}>
        {({ data }) => (
          <>
            <div className="panel">
              {data.length === 0 ? (
                <Empty title={text.rules.emptyTitle}>{text.rules.emptyText}</Empty>
              ) : (
                <ul className="list">
                  {data.map((rule) => (
                    <RuleRow key={rule.id} rule={rule} onEdit={setEdited} onRemove={setRemoving} onToggle={toggle} />
                  ))}
                </ul>
              )}
            </div>
            <TryBox address={address} rules={data} />
          </>
        )}
      </Loaded>
      {edited && (
        <RuleDialog address={address} rule={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />
      )}
      {removing && (
        <ConfirmDialog
          title={text.remove}
          text={removing.keyword || text.rules.matches.any}
          onClose={() => setRemoving(null)}
          onConfirm={() => change.mutate({ method: 'DELETE', address: `${address}/${removing.id}` })}
        />
      )}
    </div>
  )
}

interface RuleRowProps {
  rule: Rule
  onEdit: (rule: Rule) => void
  onRemove: (rule: Rule) => void
  onToggle: (rule: Rule, enabled: boolean) => void
}

function RuleRow({ rule, onEdit, onRemove, onToggle }: RuleRowProps) {
  const text = useText()
  const { action } = rule
  const name = rule.keyword || text.rules.matches.any
  const answer = action.type === 'webhook' ? text.rules.asks(action.url ?? '') : linesOf(action.messages)
  return (
    <li className="row row-between">
      <div className="grow">
        <Button look="link" onClick={() => onEdit(rule)}>
          {name}
        </Button>{' '}
        <span className="muted small">{text.rules.matches[rule.match]}</span>
        <div className="muted ellipsis">{answer}</div>
      </div>
      <SwitchLine label={text.rules.enabled} checked={rule.enabled} onChange={(enabled) => onToggle(rule, enabled)} />
      <Button look="quiet" icon="trash" aria-label={`${text.remove}: ${name}`} onClick={() => onRemove(rule)} />
    </li>
  )
}

/** What messages of a rule say, in a line. */
function linesOf(messages: RuleMessage[] = []): string {
  return messages.map(({ type, text, caption }) => String(text ?? caption ?? type)).join(' · ')
}

function TryBox({ address, rules }: { address: string; rules: Rule[] }) {
  const text = useText()
  const [words, setWords] = useState('')
  const attempt = useChange<TriedRules>([])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    attempt.mutate({ method: 'POST', address: `${address}/try`, body: { text: words } })
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
  if (tried.outcome === 'nothing') return <p className="note">{text.rules.silent(tried.reason ?? '')}</p>
  if (tried.outcome === 'webhook') return <p className="note note-accent">{text.rules.asks(tried.url ?? '')}</p>
  const rule = rules.find(({ id }) => id === tried.rule)
  return (
    <div className="stack-s">
      <p>{rule ? text.rules.byRule(rule.keyword || text.rules.matches.any) : text.rules.byDefault}</p>
      <div className="bubble bubble-out">{linesOf(tried.messages)}</div>
    </div>
  )
}
