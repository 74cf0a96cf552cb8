import { KurirError } from '../../core/errors.ts'
import type { Item, ItemFilter, ItemKey, ItemStore } from '../../items/ports.ts'
import type { GroupCommit } from './group-commit.ts'
import type { ItemTable } from './tables/item.ts'
import type { SessionTable } from './tables/session.ts'

export class SqlItemStore implements ItemStore {
  private readonly writer: GroupCommit
  private readonly items: ItemTable
  private readonly sessions: SessionTable

  constructor(writer: GroupCommit, items: ItemTable, sessions: SessionTable) {
    this.writer = writer
    this.items = items
    this.sessions = sessions
  }

  saveItem(item: Item): Promise<void> {
    return this.writer.write(async () => {
      if (item.session && !(await this.sessions.byUid(item.session))) throw new KurirError('session_not_found')
      await this.items.save(item)
    })
  }

  listItems(shelf: Omit<ItemKey, 'id'>, filter: ItemFilter): Promise<Item[]> {
    return this.writer.read(() => this.items.list(shelf, filter))
  }

  getItem(key: ItemKey): Promise<Item | undefined> {
    return this.writer.read(() => this.items.get(key))
  }
}
