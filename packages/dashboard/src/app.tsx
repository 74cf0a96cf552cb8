import { QueryClientProvider, useQuery } from '@tanstack/react-query'
import { ProblemError } from 'kurir-client'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { Route, Router, Switch } from 'wouter'
import { useHashLocation } from 'wouter/use-hash-location'
import { readMe } from './api/kurir.ts'
import { useLiveUpdates } from './api/live.ts'
import { queries } from './api/queries.ts'
import type { Me, Scope } from './api/types.ts'
import { Frame } from './frame.tsx'
import { LanguageProvider, useText } from './i18n/text.tsx'
import { useMay, useOther, VisitContext } from './me.tsx'
import { AuditPage } from './pages/audit.tsx'
import { ChatsPage } from './pages/chats.tsx'
import { EventsPage } from './pages/events.tsx'
import { FailedPage } from './pages/failed.tsx'
import { KeysPage } from './pages/keys.tsx'
import { LoginPage } from './pages/login.tsx'
import { MessagePage } from './pages/message.tsx'
import { OverviewPage } from './pages/overview.tsx'
import { SessionPage } from './pages/session.tsx'
import { SessionsPage } from './pages/sessions.tsx'
import { TenantPage } from './pages/tenant.tsx'
import { WebhookPage } from './pages/webhook.tsx'
import { WebhooksPage } from './pages/webhooks.tsx'
import { Notices } from './ui/notices.tsx'
import { Empty, Loaded } from './ui/states.tsx'

/** The dashboard: a login, and behind it the pages. */
export function App() {
  return (
    <LanguageProvider>
      <QueryClientProvider client={queries}>
        <Router hook={useHashLocation}>
          <Door />
        </Router>
        <Notices />
      </QueryClientProvider>
    </LanguageProvider>
  )
}

const ME = 'me'

function Door() {
  const query = useQuery<Me | null>({ queryKey: [ME], queryFn: readMe, staleTime: Number.POSITIVE_INFINITY })
  // A login that ended while the page was open shows by any answer.
  useEffect(
    () =>
      queries.getQueryCache().subscribe(({ query: { state } }) => {
        if (state.error instanceof ProblemError && state.error.status === 401) queries.setQueryData([ME], null)
      }),
    [],
  )
  if (query.data === undefined) return <Loaded query={query}>{() => null}</Loaded>
  if (query.data === null) return <LoginPage onLogin={become} />
  return <Visit me={query.data} />
}

/** Somebody else sees nothing of what the one before him read. */
function become(me: Me | null): void {
  forget()
  queries.setQueryData([ME], me)
}

function forget(): void {
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== ME })
}

/** What is seen of a tenant: the login's own, until another is chosen. */
function Visit({ me }: { me: Me }) {
  const [tenant, setTenant] = useState(me.tenant)
  const visit = useMemo(() => {
    const look = (chosen: string) => {
      forget()
      setTenant(chosen)
    }
    return { me, tenant, look }
  }, [me, tenant])
  return (
    <VisitContext.Provider value={visit}>
      <Pages key={tenant} onLogout={() => become(null)} />
    </VisitContext.Provider>
  )
}

function Pages({ onLogout }: { onLogout: () => void }) {
  const text = useText()
  useLiveUpdates(useMay('read'), useOther())
  return (
    <Frame onLogout={onLogout}>
      <Switch>
        <Route path="/" component={OverviewPage} />
        <Route path="/sessions" component={SessionsPage} />
        <Route path="/sessions/:id">{({ id }) => <SessionPage key={id} id={id} />}</Route>
        <Route path="/chats/:session?/:chat?">
          {({ session, chat }) => (
            <Needs scope="read">
              <ChatsPage key={session} session={session} chat={chat} />
            </Needs>
          )}
        </Route>
        <Route path="/messages/failed">
          <Needs scope="read">
            <FailedPage />
          </Needs>
        </Route>
        <Route path="/messages/:id">
          {({ id }) => (
            <Needs scope="read">
              <MessagePage key={id} id={id} />
            </Needs>
          )}
        </Route>
        <Route path="/webhooks">
          <WebhooksPage tab="all" />
        </Route>
        <Route path="/webhooks/dead">
          <WebhooksPage tab="dead" />
        </Route>
        <Route path="/webhooks/:id">{({ id }) => <WebhookPage key={id} id={id} />}</Route>
        <Route path="/events">
          <Needs scope="read">
            <EventsPage />
          </Needs>
        </Route>
        <Route path="/audit" component={AuditPage} />
        <Route path="/keys/:tab?">{({ tab }) => <KeysPage tab={tab} />}</Route>
        <Route path="/tenants/:id">{({ id }) => <TenantPage key={id} id={id} />}</Route>
        <Route>
          <Empty title={text.notFound}>{text.notFoundHint}</Empty>
        </Route>
      </Switch>
    </Frame>
  )
}

/** Shows a page to those alone whose key allows it. */
function Needs({ scope, children }: { scope: Scope; children: ReactNode }) {
  const text = useText()
  if (useMay(scope)) return children
  return <Empty title={text.noScope}>{text.noScopeHint(scope)}</Empty>
}
