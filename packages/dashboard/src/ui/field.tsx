import { Switch } from 'radix-ui'
import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react'

interface Labelled {
  label: string
  hint?: ReactNode
  fault?: string | undefined
}

function Frame({ id, label, hint, fault, children }: Labelled & { id: string; children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
      {hint && (
        <div className="hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      {fault && (
        <div className="fault" role="alert">
          {fault}
        </div>
      )}
    </div>
  )
}

/** A line of text with its label. */
export function TextField({ label, hint, fault, ...input }: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} fault={fault}>
      <input id={id} className="input" aria-describedby={hint ? `${id}-hint` : undefined} {...input} />
    </Frame>
  )
}

/** Several lines of text with their label. */
export function TextArea({ label, hint, fault, ...input }: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} fault={fault}>
      <textarea id={id} className="input" aria-describedby={hint ? `${id}-hint` : undefined} {...input} />
    </Frame>
  )
}

/** One of some choices with its label. */
export function SelectField({ label, hint, fault, ...input }: Labelled & SelectHTMLAttributes<HTMLSelectElement>) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} fault={fault}>
      <select id={id} className="input" {...input} />
    </Frame>
  )
}

interface SwitchLineProps {
  label: string
  hint?: string
  checked: boolean
  onChange: (checked: boolean) => void
}

/** Something that is on or off. */
export function SwitchLine({ label, hint, checked, onChange }: SwitchLineProps) {
  const id = useId()
  return (
    <div className="switch-line">
      <div>
        <label htmlFor={id}>{label}</label>
        {hint && <div className="hint">{hint}</div>}
      </div>
      <Switch.Root id={id} className="switch" checked={checked} onCheckedChange={onChange}>
        <Switch.Thumb className="switch-thumb" />
      </Switch.Root>
    </div>
  )
}
