import { type FormEvent, useState } from 'react'
import { useLocation } from 'wouter'
import { kurir, path } from '../../api/kurir.ts'
import { useChange } from '../../api/queries.ts'
import { useText } from '../../i18n/text.tsx'
import { useMay } from '../../me.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextArea, TextField } from '../../ui/field.tsx'

/** Writes to somebody there is no chat with yet. */
export function NewChat({ session }: { session: string }) {
  const text = useText()
  const maySend = useMay('send')
  const [isOpen, setOpen] = useState(false)
  const [to, setTo] = useState('')
  const [words, setWords] = useState('')
  const [, go] = useLocation()
  const send = useChange(() => kurir.send(session, { to, type: 'text', text: words }), {
    stale: [['chats'], ['messages']],
    done: ({ chat }) => {
      setOpen(false)
      go(path`/chats/${session}/${chat}`)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send.mutate()
  }
  if (!maySend) return null
  return (
    <>
      <Button look="main" icon="plus" onClick={() => setOpen(true)}>
        {text.chats.new}
      </Button>
      {isOpen && (
        <Dialog title={text.chats.new} onClose={() => setOpen(false)}>
          <form className="stack" onSubmit={submit}>
            <TextField
              label={text.chats.to}
              hint={text.chats.toHint}
              required
              value={to}
              onChange={(event) => setTo(event.target.value)}
            />
            <TextArea
              label={text.chats.text}
              required
              value={words}
              onChange={(event) => setWords(event.target.value)}
            />
            <div className="dialog-end">
              <Button onClick={() => setOpen(false)}>{text.cancel}</Button>
              <Button type="submit" look="main" busy={send.isPending}>
                {text.chats.send}
              </Button>
            </div>
          </form>
        </Dialog>
      )}
    </>
  )
}
