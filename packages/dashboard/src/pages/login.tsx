import { ProblemError } from 'kurir-client'
import { type FormEvent, useState } from 'react'
import { logIn } from '../api/kurir.ts'
import type { Me } from '../api/types.ts'
import { Choices } from '../choices.tsx'
import { useText } from '../i18n/text.tsx'
import icon from '../icon.svg'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'

/** Asks for a key. */
export function LoginPage({ onLogin }: { onLogin: (me: Me) => void }) {
  const text = useText()
  const [key, setKey] = useState('')
  const [fault, setFault] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    try {
      onLogin(await logIn(key.trim()))
    } catch (error) {
      const isWrong = error instanceof ProblemError && error.status === 401
      setFault(isWrong ? text.login.wrong : text.fault(error))
      setBusy(false)
    }
  }
  return (
    <main className="login">
      <div>
        <form className="panel pad stack" onSubmit={(event) => void submit(event)}>
          <div className="brand">
            <img src={icon} alt="" />
            <h1>{text.login.title}</h1>
          </div>
          <TextField
            label={text.login.key}
            hint={text.login.hint}
            fault={fault}
            type="password"
            name="key"
            autoComplete="current-password"
            required
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
          <Button type="submit" look="main" busy={isBusy}>
            {text.login.submit}
          </Button>
        </form>
        <div className="login-end">
          <Choices />
        </div>
      </div>
    </main>
  )
}
