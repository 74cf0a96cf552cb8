import { ConnectionError, ProblemError } from 'kurir-client'
import { idFaults } from './id-faults.ts'

/** What went wrong, in the API's own words. */
export function englishFault(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What went wrong in Indonesian; of a request that is not valid the field follows, as the API names it. */
export function indonesianFault(error: unknown): string {
  if (error instanceof ConnectionError) return 'Gateway tidak dapat dihubungi'
  if (!(error instanceof ProblemError) || error.code === 'unknown') return englishFault(error)
  const words = idFaults[error.code]
  return error.code === 'invalid_request' ? `${words}: ${error.message}` : words
}
