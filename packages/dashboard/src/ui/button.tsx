import type { ButtonHTMLAttributes } from 'react'
import { Icon, type IconName } from './icon.tsx'

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: 'main' | 'bad' | 'quiet' | 'link'
  icon?: IconName
  /** Something is at work: the button waits. */
  busy?: boolean
}

/** A button; `type` is `button` unless said otherwise. */
export function Button({ look, icon, busy = false, disabled, children, className = '', ...rest }: ButtonProps) {
  const names = ['btn', look ? `btn-${look}` : '', className].filter(Boolean).join(' ')
  return (
    <button type="button" className={names} disabled={disabled || busy} aria-busy={busy} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  )
}
