import { findServer } from './server.ts'

/** Finds a server once for all tests; they read its address, or why there is none, from the environment. */
export default async function setup(): Promise<() => Promise<void>> {
  const server = await findServer()
  if ('missing' in server) {
    if (process.env.TEST_DATABASE_URL) throw new Error(server.missing)
    process.env.TEST_DATABASE_MISSING = server.missing
    return async () => undefined
  }
  process.env.TEST_DATABASE_URL = server.url
  return server.stop
}
