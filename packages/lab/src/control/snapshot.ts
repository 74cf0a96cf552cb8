import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import type { ServerState } from '../server/context.ts'
import { restoreSnapshot, type Snapshot, takeSnapshot } from '../world/snapshot.ts'

const SnapshotBody = Type.Object({
  format: Type.String(),
  seed: Type.String(),
  phones: Type.Array(Type.Object({ phone: Type.String() })),
  state: Type.Object({}),
})

/** Bytes a snapshot may have: some hundred accounts with their prekeys, and media. */
const SNAPSHOT_LIMIT = 1024 ** 3

/** The whole state as one JSON document, and a fresh lab that takes it up. */
export function snapshotRoutes(app: FastifyInstance, { world }: ServerState): void {
  app.post('/snapshot', async () => takeSnapshot(world))
  app.post<{ Body: Snapshot }>(
    '/restore',
    { schema: { body: SnapshotBody }, bodyLimit: SNAPSHOT_LIMIT },
    async (request) => {
      restoreSnapshot(world, request.body)
      return { phones: world.users.size, groups: world.groups.size }
    },
  )
}
