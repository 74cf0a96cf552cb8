import { type ReactNode, useEffect } from 'react'
import { Link, useLocation } from 'wouter'
import { call } from './api/call.ts'
import { Choices } from './choices.tsx'
import { useText } from './i18n/text.tsx'
import icon from './icon.svg'
import { useMe } from './me.tsx'
import { Button } from './ui/button.tsx'
import { Icon, type IconName } from './ui/icon.tsx'
import { notify } from './ui/notices.tsx'

const PLACES = [
  ['/', 'overview'],
  ['/sessions', 'sessions'],
  ['/chats', 'chats'],
  ['/webhooks', 'webhooks'],
  ['/events', 'events'],
  ['/keys', 'keys'],
] as const satisfies [string, IconName][]

/** What is around every page: where one can go, and who one is. */
export function Frame({ onLogout, children }: { onLogout: () => void; children: ReactNode }) {
  const text = useText()
  const [location] = useLocation()
  const { phone_page: phonePage } = useMe()
  useEffect(() => {
    if (location) document.querySelector('.nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [location])
  const isAt = (place: string) => (place === '/' ? location === '/' : `${location}/`.startsWith(`${place}/`))
  const logOut = () => call('POST', '/dashboard/logout').then(onLogout, (error: unknown) => notify(String(error)))
  return (
    <div className="frame">
      <button type="button" className="skip" onClick={focusMain}>
        {text.skip}
      </button>
      <header className="side">
        <div className="brand">
          <img src={icon} alt="" />
          Kurir
        </div>
        <nav className="nav" aria-label="Kurir">
          {PLACES.map(([place, name]) => (
            <Link key={place} href={place} aria-current={isAt(place) ? 'page' : undefined}>
              <Icon name={name} />
              {text.nav[name]}
            </Link>
          ))}
          {phonePage && (
            <a href={phonePage} target="_blank" rel="noreferrer">
              <Icon name="phone" />
              {text.phonePage}
            </a>
          )}
        </nav>
        <div className="side-end">
          <Choices />
          <Button look="quiet" icon="out" aria-label={text.logOut} onClick={() => void logOut()}>
            <span className="only-wide">{text.logOut}</span>
          </Button>
        </div>
      </header>
      <main className="main" id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  )
}

/** The part of the address behind `#` names the page, so the focus is moved by hand. */
function focusMain(): void {
  document.getElementById('main')?.focus()
}
