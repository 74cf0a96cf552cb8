import { QueryClientProvider, useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'
import { Route, Router, Switch } from 'wouter'
import { useHashLocation } from 'wouter/use-hash-location'
import { ApiError, call } from './api/call.ts'
import { useLiveUpdates } from './api/live.ts'
import { queries } from './api/queries.ts'
import type { Me, Scope } from './api/types.ts'
import { Frame } from './frame.tsx'
import { LanguageProvider, useText } from './i18n/text.tsx'
import { MeContext, useMay } from './me.tsx'
import { ChatsPage } from './pages/chats.tsx'
import { EventsPage } from './pages/events.tsx'
import { KeysPage } from './pages/keys.tsx'
import { LoginPage } from './pages/login.tsx'
import { MessagePage } from './pages/message.tsx'
import { OverviewPage } from './pages/overview.tsx'
import { SessionPage } from './pages/session.tsx'
import { SessionsPage } from './pages/sessions.tsx'
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

/** Null: nobody is logged in. */
async function readMe(): Promise<Me | null> {
  try {
    return await call<Me>('GET', '/dashboard/me')
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null
    throw error
  }
}

function Door() {
  const query = useQuery<Me | null>({ queryKey: [ME], queryFn: readMe, staleTime: Number.POSITIVE_INFINITY })
  // A login that ended while the page was open shows by any answer.
  useEffect(
    () =>
      queries.getQueryCache().subscribe(({ query: { state } }) => {
        if (state.error instanceof ApiError && state.error.status === 401) queries.setQueryData([ME], null)
      }),
    [],
  )
  if (query.data === undefined) return <Loaded query={query}>{() => null}</Loaded>
  if (query.data === null) return <LoginPage onLogin={become} />
  return (
    <MeContext.Provider value={query.data}>
      <Pages onLogout={() => become(null)} />
    </MeContext.Provider>
  )
}

/** Somebody else sees nothing of what the one before him read. */
function become(me: Me | null): void {
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== ME })
  queries.setQueryData([ME], me)
}

function Pages({ onLogout }: { onLogout: () => void }) {
  const text = useText()
  useLiveUpdates(useMay('read'))
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
        <Route path="/messages/:id">
          {({ id }) => (
            <Needs scope="read">
              <MessagePage key={id} id={id} />
            </Needs>
          )}
        </Route>
        <Route path="/webhooks" component={WebhooksPage} />
        <Route path="/webhooks/:id">{({ id }) => <WebhookPage key={id} id={id} />}</Route>
        <Route path="/events">
          <Needs scope="read">
            <EventsPage />
          </Needs>
        </Route>
        <Route path="/keys" component={KeysPage} />
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
