import { ConnectionError, ProblemError } from 'kurir-client'
import { expect, test } from 'vitest'
import { en } from '../../packages/dashboard/src/i18n/en.ts'
import { id } from '../../packages/dashboard/src/i18n/id.ts'
import { idFaults } from '../../packages/dashboard/src/i18n/id-faults.ts'
import { reasonIn } from '../../packages/dashboard/src/i18n/reasons.ts'
import { SILENT_REASONS } from '../../packages/gateway/src/automation/decide.ts'
import { ERRORS } from '../../packages/gateway/src/core/errors.ts'
import { FAILURE_REASONS } from '../../packages/gateway/src/core/message.ts'
import { STATUS_REASONS } from '../../packages/gateway/src/core/session.ts'
import { FETCH_FAILURES } from '../../packages/gateway/src/safe-fetch/errors.ts'
import { ATTEMPT_ERRORS } from '../../packages/gateway/src/webhooks/call.ts'

/** Every word by which the API says why; those of alerts are among them. */
const WORDS = new Set<string>([
  ...STATUS_REASONS,
  ...FAILURE_REASONS,
  ...ATTEMPT_ERRORS,
  // A call that the gateway itself gave up is told to nobody.
  ...Object.keys(FETCH_FAILURES).filter((word) => word !== 'aborted'),
  ...SILENT_REASONS,
])

test('every reason that the gateway gives has words in both languages, and no other has', () => {
  for (const language of [en, id]) expect(Object.keys(language.reasons).sort()).toEqual([...WORDS].sort())
  for (const word of WORDS) {
    const told = [reasonIn(en, word), reasonIn(id, word)]
    expect(told, word).not.toContain(word)
    expect(new Set(told).size, word).toBe(2)
  }
})

test('an answer’s status is named, and a word that is not known stays as it is', () => {
  expect(reasonIn(en, 'http_503')).toBe('the receiver answered 503')
  expect(reasonIn(id, 'http_503')).toBe('penerima menjawab 503')
  for (const word of ['brand_new', 'constructor', '']) expect(reasonIn(en, word)).toBe(word)
})

test('every error of the API has words in Indonesian; what is wrong with a request is told beside them', () => {
  expect(Object.keys(idFaults).sort()).toEqual(Object.keys(ERRORS).sort())
  const refused = (code: keyof typeof ERRORS, detail: string) =>
    new ProblemError(new Response(null, { status: ERRORS[code].status }), { code, detail })
  const taken = refused('session_exists', 'There is a session "shop"')
  expect(en.fault(taken)).toBe('There is a session "shop"')
  expect(id.fault(taken)).toBe('Sudah ada sesi dengan id ini')
  expect(id.fault(refused('invalid_request', '/id is missing'))).toBe('Permintaan tidak sah: /id is missing')
  expect(id.fault(new ConnectionError('http://gateway', 'down'))).toBe('Gateway tidak dapat dihubungi')
  expect(id.fault(new ProblemError(new Response(null, { status: 418 }), {}))).toBe('The gateway answered 418')
})
