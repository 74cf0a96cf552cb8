import { type FormEvent, useState } from 'react'
import { useText } from '../../i18n/text.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'

interface ConfirmDialogProps {
  title: string
  text: string
  /** Must be typed where what is done cannot be undone. */
  word?: string
  onClose: () => void
  onConfirm: () => void
}

/** Asks before something is done. */
export function ConfirmDialog({ title, text: explanation, word, onClose, onConfirm }: ConfirmDialogProps) {
  const text = useText()
  const [typed, setTyped] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onConfirm()
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <p>{explanation}</p>
        {word !== undefined && (
          <TextField
            label={text.typeToConfirm(word)}
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
        <div className="dialog-end">
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" look="bad" disabled={word !== undefined && typed !== word}>
            {title}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
