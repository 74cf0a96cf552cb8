import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { goOnline } from './world/person.ts'
import { type Snapshot, takeSnapshot } from './world/snapshot.ts'
import type { World } from './world/world.ts'

const FILE = 'lab.json'

/** The state a lab left in `directory`; `undefined` where none did. Rejects where the file cannot be read. */
export async function loadState(directory: string): Promise<Snapshot | undefined> {
  const file = join(directory, FILE)
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Snapshot
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new Error(`${file} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}

/** Leaves the state in `directory`, whole or not at all. What waits for phones that are offline is done first. */
export async function saveState(directory: string, world: World): Promise<void> {
  for (const user of world.users.values()) {
    if (user.waiting.length === 0) continue
    goOnline(user)
    await user.tasks.idle
    user.online = false
  }
  const snapshot = await takeSnapshot(world)
  await mkdir(directory, { recursive: true })
  const file = join(directory, FILE)
  await writeFile(`${file}.new`, JSON.stringify(snapshot))
  await rename(`${file}.new`, file)
}
