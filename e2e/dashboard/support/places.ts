import type { Page } from 'playwright-core'
import type { Contract } from '../../support/sandbox.ts'
import type { Scene } from './scene.ts'

/** A page or a dialog of the dashboard, and how to come to it. */
export interface Place {
  name: string
  /** Behind `#`. */
  path(contract: Contract, scene: Scene): string
  /** What is done there first. */
  open?(page: Page): Promise<void>
}

const press = (name: string) => async (page: Page) => {
  await page.getByRole('main').getByRole('button', { name }).first().click()
  await page.getByRole('dialog').waitFor()
}
const tab = (name: string) => (page: Page) => page.getByRole('tab', { name }).click()

/** Every page and dialog. */
export const PLACES: Place[] = [
  { name: 'overview', path: () => '/' },
  { name: 'sessions', path: () => '/sessions' },
  { name: 'session-new', path: () => '/sessions', open: press('New session') },
  { name: 'session', path: ({ session }) => `/sessions/${session}` },
  { name: 'session-out', path: () => '/sessions/demo-3' },
  { name: 'session-logout', path: ({ session }) => `/sessions/${session}`, open: press('Log out') },
  { name: 'session-delete', path: ({ session }) => `/sessions/${session}`, open: press('Delete') },
  {
    name: 'session-pair',
    path: () => '/sessions/new-branch',
    open: async (page) => {
      await press('Link a phone')(page)
      await page.getByRole('dialog').getByRole('img').waitFor()
    },
  },
  { name: 'answers', path: ({ session }) => `/sessions/${session}`, open: tab('Automatic answers') },
  { name: 'rules', path: ({ session }) => `/sessions/${session}`, open: tab('Keyword rules') },
  {
    name: 'rule-new',
    path: ({ session }) => `/sessions/${session}`,
    open: async (page) => {
      await tab('Keyword rules')(page)
      await press('New rule')(page)
    },
  },
  { name: 'connection', path: ({ session }) => `/sessions/${session}`, open: tab('Sending & proxy') },
  { name: 'chats', path: ({ session }) => `/chats/${session}` },
  { name: 'chat', path: ({ session, contacts }) => `/chats/${session}/${contacts[0]?.phone}` },
  { name: 'chat-docs', path: ({ session, contacts }) => `/chats/${session}/${contacts[1]?.phone}` },
  { name: 'chat-new', path: ({ session }) => `/chats/${session}`, open: press('New message') },
  { name: 'message', path: (_contract, { failedMessage }) => `/messages/${failedMessage}` },
  { name: 'failed', path: () => '/messages/failed' },
  { name: 'webhooks', path: () => '/webhooks' },
  { name: 'webhook-new', path: () => '/webhooks', open: press('New webhook') },
  { name: 'dead-letters', path: () => '/webhooks/dead' },
  { name: 'webhook', path: (_contract, { liveWebhook }) => `/webhooks/${liveWebhook}` },
  { name: 'webhook-disabled', path: (_contract, { deadWebhook }) => `/webhooks/${deadWebhook}` },
  { name: 'webhook-edit', path: (_contract, { liveWebhook }) => `/webhooks/${liveWebhook}`, open: press('Edit') },
  {
    name: 'webhook-rotate',
    path: (_contract, { liveWebhook }) => `/webhooks/${liveWebhook}`,
    open: press('Rotate secret'),
  },
  {
    name: 'webhook-recover',
    path: (_contract, { liveWebhook }) => `/webhooks/${liveWebhook}`,
    open: press('Redeliver since …'),
  },
  {
    name: 'delivery',
    path: (_contract, { liveWebhook }) => `/webhooks/${liveWebhook}`,
    open: press('message.received'),
  },
  { name: 'events', path: () => '/events' },
  { name: 'keys', path: () => '/keys' },
  { name: 'key-new', path: () => '/keys', open: press('New key') },
  { name: 'audit', path: () => '/audit' },
  { name: 'tenants', path: () => '/keys/tenants' },
  { name: 'tenant', path: () => '/tenants/acme' },
  { name: 'tenant-new', path: () => '/keys/tenants', open: press('New tenant') },
  { name: 'tenant-edit', path: () => '/tenants/acme', open: press('Edit') },
  {
    name: 'other-tenant',
    path: () => '/tenants/acme',
    open: async (page) => {
      await page.getByRole('main').getByRole('button', { name: 'Look at its things' }).click()
      await page.getByText('You are looking at the tenant').waitFor()
    },
  },
  { name: 'usage', path: () => '/keys/usage' },
  { name: 'not-found', path: () => '/nowhere' },
]
