import type { PairingNews } from 'kurir-client'
import { Tabs } from 'radix-ui'
import { type FormEvent, useEffect, useState } from 'react'
import { kurir } from '../../api/kurir.ts'
import { refresh, useChange } from '../../api/queries.ts'
import type { Session } from '../../api/types.ts'
import { useText } from '../../i18n/text.tsx'
import { useMe } from '../../me.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { notify } from '../../ui/notices.tsx'

type Qr = Extract<PairingNews, { event: 'qr' }>['data']

interface Pairing {
  qr: Qr | null
  session: Session | null
}

/** What the gateway tells while a session is being linked: every new code, every status. `round` begins anew. */
function usePairing(id: string, round: number): Pairing {
  const text = useText()
  const [pairing, setPairing] = useState<Pairing>({ qr: null, session: null })
  useEffect(() => {
    // The stream of the round before is closed by then.
    if (round >= 0) setPairing({ qr: null, session: null })
    const stop = new AbortController()
    const follow = async () => {
      for await (const news of kurir.pairing(id, { signal: stop.signal })) {
        if (news.event === 'qr') setPairing((last) => ({ ...last, qr: news.data }))
        else setPairing((last) => ({ qr: news.event === 'connected' ? null : last.qr, session: news.data }))
        if (news.event === 'connected') refresh('sessions')
      }
    }
    follow().catch((error: Error) => notify(text.fault(error)))
    return () => stop.abort()
  }, [id, round, text])
  return pairing
}

interface PairDialogProps {
  id: string
  onClose: () => void
  onDone?: () => void
}

/** Links a session to a phone; it is seen at once when that is done. */
export function PairDialog({ id, onClose, onDone }: PairDialogProps) {
  const text = useText()
  const [round, setRound] = useState(0)
  const { qr, session } = usePairing(id, round)
  const start = useChange(() => kurir.post('/v1/sessions/{session}/start', { params: { path: { session: id } } }), {
    stale: [['sessions']],
    done: () => setRound(round + 1),
  })
  const isOver = session?.status === 'stopped' || session?.status === 'logged_out'
  const finish = () => {
    onClose()
    onDone?.()
  }
  return (
    <Dialog title={text.pair.title} onClose={onClose}>
      {session?.status === 'connected' ? (
        <div className="stack" role="status">
          <div className="qr" data-state="connected">
            <h2 className="badge badge-good">{text.pair.connected}</h2>
          </div>
          <p>{text.pair.connectedAs(session.phone ?? '')}</p>
          <div className="dialog-end">
            <Button look="main" onClick={finish}>
              {text.pair.done}
            </Button>
          </div>
        </div>
      ) : (
        <Tabs.Root defaultValue="qr">
          <Tabs.List className="tabs" aria-label={text.pair.title}>
            <Tabs.Trigger value="qr">{text.pair.byQr}</Tabs.Trigger>
            <Tabs.Trigger value="code">{text.pair.byCode}</Tabs.Trigger>
          </Tabs.List>
          <Tabs.Content value="qr">
            <QrPane qr={isOver ? null : qr} isOver={isOver} onStart={() => start.mutate()} />
          </Tabs.Content>
          <Tabs.Content value="code">
            <CodePane id={id} />
          </Tabs.Content>
        </Tabs.Root>
      )}
    </Dialog>
  )
}

function QrPane({ qr, isOver, onStart }: { qr: Qr | null; isOver: boolean; onStart: () => void }) {
  const text = useText()
  const { phone_page: phonePage } = useMe()
  return (
    <div className="stack">
      <div className="qr" aria-busy={!qr}>
        {qr ? (
          <img src={qr.image} alt={text.pair.image} />
        ) : (
          <span>{isOver ? text.pair.expired : text.pair.waiting}</span>
        )}
      </div>
      <p className="muted">{text.pair.steps}</p>
      <div className="row">
        {isOver && (
          <Button look="main" onClick={onStart}>
            {text.pair.startAgain}
          </Button>
        )}
        {phonePage && qr && (
          <a
            className="btn"
            href={`${phonePage}#scan=${encodeURIComponent(qr.qr)}`}
            target="kurir-phone"
            rel="noreferrer"
          >
            {text.pair.scanVirtual}
          </a>
        )}
      </div>
    </div>
  )
}

function CodePane({ id }: { id: string }) {
  const text = useText()
  const [phone, setPhone] = useState('')
  const ask = useChange(() =>
    kurir.post('/v1/sessions/{session}/pairing-code', { params: { path: { session: id } }, body: { phone } }),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    ask.mutate()
  }
  return (
    <form className="stack" onSubmit={submit}>
      <TextField
        label={text.pair.phone}
        hint={text.pair.phoneHint}
        type="tel"
        required
        minLength={5}
        value={phone}
        onChange={(event) => setPhone(event.target.value)}
      />
      <div className="code-big" role="status">
        {ask.data ? inFours(ask.data.code) : '····-····'}
      </div>
      <p className="muted">{text.pair.codeSteps}</p>
      <div className="dialog-end">
        <Button type="submit" look="main" busy={ask.isPending}>
          {text.pair.getCode}
        </Button>
      </div>
    </form>
  )
}

/** As phones ask for it. */
function inFours(code: string): string {
  return (
    code
      .replaceAll('-', '')
      .match(/.{1,4}/g)
      ?.join('-') ?? code
  )
}
