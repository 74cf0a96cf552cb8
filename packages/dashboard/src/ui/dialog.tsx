import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import { useText } from '../i18n/text.tsx'
import { Button } from './button.tsx'

interface DialogProps {
  title: string
  onClose: () => void
  children: ReactNode
  wide?: boolean
}

/** A dialog that is open while it is rendered; Escape closes it. The browser keeps the focus in. */
export function Dialog({ title, onClose, children, wide = false }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  const text = useText()
  // Closed before it is taken away: the browser then gives the focus back to what had it.
  useLayoutEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  return (
    <dialog ref={ref} aria-labelledby={id} className={wide ? 'wide' : undefined} onCancel={onClose}>
      <div className="dialog-head">
        <h2 id={id}>{title}</h2>
        <Button look="quiet" icon="close" aria-label={text.close} onClick={onClose} />
      </div>
      <div className="dialog-body">{children}</div>
    </dialog>
  )
}
