import { KurirError } from '../../core/errors.ts'
import type { KeyId, TenantId } from '../../core/ids.ts'
import type { Gateway } from '../../gateway.ts'
import type { DialectCall } from '../dialect.ts'

/** The session that a licence stands for. */
export interface Licensed {
  tenant: TenantId
  /** The session's id. */
  session: string
}

/** The session of the licence. One that has none yet is bound to a new one, which starts at once. */
export async function licensed({ caller }: Pick<DialectCall, 'caller'>, gateway: Gateway): Promise<Licensed> {
  const { tenant } = caller
  if (caller.session !== null) return { tenant, session: caller.session }
  const id = sessionIdOf(caller.keyId)
  try {
    await gateway.sessions.create(tenant, { id })
  } catch (error) {
    // Another request of this licence was first, or one was cut short before the key was bound.
    if (!(error instanceof KurirError && error.code === 'session_exists')) throw error
  }
  const { session } = await gateway.access.bindKey(caller, id)
  return { tenant, session: session ?? id }
}

/** Always the same for one licence, so that requests at the same time make one session. */
function sessionIdOf(key: KeyId): string {
  return `blazwa-${key.slice(key.indexOf('_') + 1).toLowerCase()}`
}
