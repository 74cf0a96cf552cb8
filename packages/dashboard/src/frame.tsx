import { type ReactNode, useEffect } from 'react'
import { Link, useLocation } from 'wouter'
import { Alerts, BelowAlerts } from './alerts.tsx'
import { logOut } from './api/kurir.ts'
import { Choices } from './choices.tsx'
import { useText } from './i18n/text.tsx'
import icon from './icon.svg'
import { useMay, useMe } from './me.tsx'
import { OtherTenantNote, TenantSwitch } from './tenant-switch.tsx'
import { Button } from './ui/button.tsx'
import { Icon, type IconName } from './ui/icon.tsx'
import { notify } from './ui/notices.tsx'

const PLACES = [
  ['/', 'overview'],
  ['/sessions', 'sessions'],
  ['/chats', 'chats'],
  ['/webhooks', 'webhooks'],
  ['/events', 'events'],
  ['/audit', 'audit'],
  ['/keys', 'keys'],
] as const satisfies [string, IconName][]

/** What is around every page: where one can go, who one is, and what is wrong. */
export function Frame({ onLogout, children }: { onLogout: () => void; children: ReactNode }) {
  const text = useText()
  const leave = () => logOut().then(onLogout, (error: unknown) => notify(String(error)))
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
        <TenantSwitch />
        <Nav />
        <div className="side-end">
          <Choices />
          <Button look="quiet" icon="out" aria-label={text.logOut} onClick={() => void leave()}>
            <span className="only-wide">{text.logOut}</span>
          </Button>
        </div>
      </header>
      <main className="main" id="main" tabIndex={-1}>
        <OtherTenantNote />
        <Alerts />
        <BelowAlerts>{children}</BelowAlerts>
      </main>
    </div>
  )
}

function Nav() {
  const text = useText()
  const [location] = useLocation()
  const { phone_page: phonePage, session: bound } = useMe()
  const mayRead = useMay('read')
  useEffect(() => {
    if (location) document.querySelector('.nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [location])
  const isAt = (place: string) => (place === '/' ? location === '/' : `${location}/`.startsWith(`${place}/`))
  const isOpen: Partial<Record<IconName, boolean>> = { chats: mayRead, events: mayRead, audit: bound === null }
  return (
    <nav className="nav" aria-label="Kurir">
      {PLACES.filter(([, name]) => isOpen[name] ?? true).map(([place, name]) => (
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
  )
}

/** The part of the address behind `#` names the page, so the focus is moved by hand. */
function focusMain(): void {
  document.getElementById('main')?.focus()
}
