import { describe, expect, test } from 'vitest'
import { DEFAULT_TENANT, type SessionUid, type TenantId } from '../../core/ids.ts'
import type { Item, ItemFilter } from '../../items/ports.ts'
import { installationId } from '../installation.ts'
import type { Use } from './world.ts'

/** What {@link ItemStore} promises. */
export function itemConformance(use: Use): void {
  const item = (over: Partial<Item> = {}): Item => ({
    ...{ tenant: DEFAULT_TENANT, dialect: 'bots', kind: 'contact', id: 'a1', session: null },
    ...{ value: { name: 'Budi', phones: ['62813'] }, changedAt: 5, ...over },
  })

  describe('items', () => {
    test('are found by their whole key alone, also after a restart, and are replaced', async () => {
      const world = use()
      await world.store.items.saveItem(item())
      await world.restart()
      const { items } = world.store
      expect(await items.getItem(item())).toEqual(item())
      for (const other of [{ tenant: 'other' as TenantId }, { dialect: 'x' }, { kind: 'file' }, { id: 'a2' }]) {
        expect(await items.getItem(item(other))).toBeUndefined()
      }
      await items.saveItem(item({ value: null, changedAt: 6 }))
      expect(await items.getItem(item())).toEqual(item({ value: null, changedAt: 6 }))
    })

    test('are listed from the last to the first, of one shelf, page by page', async () => {
      const { items } = use().store
      for (const id of ['a1', 'a3', 'a2']) await items.saveItem(item({ id }))
      await items.saveItem(item({ id: 'a4', kind: 'file' }))
      await items.saveItem(item({ id: 'a5', tenant: 'other' as TenantId }))
      expect(await items.listItems(item(), { limit: 2 })).toEqual([item({ id: 'a3' }), item({ id: 'a2' })])
      expect(await items.listItems(item(), { limit: 2, before: 'a2' })).toEqual([item({ id: 'a1' })])
    })

    test('have an id of the installation, which stays', async () => {
      const world = use()
      const id = await installationId(world.store.items, 5)
      expect(id).toMatch(/^[0-9a-f-]{36}$/)
      await world.restart()
      expect(await installationId(world.store.items, 6)).toBe(id)
    })

    test('are listed by when they were changed, and by texts of their value', async () => {
      const { items } = use().store
      const save = (id: string, changedAt: number, value: unknown) => items.saveItem(item({ id, changedAt, value }))
      await save('a1', 10, { word: 'key.made', of: null })
      await save('a2', 20, { word: 'key.gone', of: 'tokó' })
      await save('a3', 30, { word: 'KEY.made', of: 'tokó' })
      await save('a4', 40, ['key.made'])
      const found = async (filter: Omit<ItemFilter, 'limit'>, limit = 9) =>
        (await items.listItems(item(), { limit, ...filter })).map(({ id }) => id)
      expect(await found({ changedSince: 20 })).toEqual(['a4', 'a3', 'a2'])
      expect(await found({ changedSince: 20, changedBefore: 40 })).toEqual(['a3', 'a2'])
      expect(await found({ texts: [{ field: 'word', is: 'key.made' }] })).toEqual(['a1'])
      expect(await found({ texts: [{ field: 'word', is: 'key.', begins: true }] })).toEqual(['a2', 'a1'])
      expect(await found({ texts: [{ field: 'word', is: 'key.', begins: true }], before: 'a2' })).toEqual(['a1'])
      expect(await found({ texts: [{ field: 'word', is: 'key.', begins: true }] }, 1)).toEqual(['a2'])
      expect(await found({ texts: [{ field: 'of', is: 'tok', begins: true }] })).toEqual(['a3', 'a2'])
      const both = [
        { field: 'of', is: 'tokó' },
        { field: 'word', is: 'key.gone' },
      ]
      expect(await found({ texts: both })).toEqual(['a2'])
      expect(await found({ texts: [{ field: 'word', is: 'key._' }] })).toEqual([])
    })

    test('go with their session', async () => {
      const world = use()
      const { uid } = await world.session()
      await world.store.items.saveItem(item({ session: uid }))
      expect(await world.store.items.getItem(item())).toEqual(item({ session: uid }))
      await world.store.sessions.deleteSession(uid)
      expect(await world.store.items.getItem(item())).toBeUndefined()
      const late = world.store.items.saveItem(item({ session: 'ses_gone' as SessionUid }))
      await expect(late).rejects.toMatchObject({ code: 'session_not_found' })
    })
  })
}
