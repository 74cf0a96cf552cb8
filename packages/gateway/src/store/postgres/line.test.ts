import { Client } from 'pg'
import { expect, test } from 'vitest'
import { refusalOf, strictAddress } from './line.ts'

const HERE = 'postgres://kurir:pass%3Fsslmode=require@db.example/kurir'

test.each([
  ['?sslmode=require', '?sslmode=verify-full'],
  ['?sslmode=prefer&sslrootcert=/ca.pem', '?sslmode=verify-full&sslrootcert=/ca.pem'],
  ['?application_name=a&sslmode=verify-ca', '?application_name=a&sslmode=verify-full'],
  ['?sslmode=verify-full&sslrootcert=system', '?sslmode=verify-full&'],
  ['', ''],
  ['?sslmode=disable', '?sslmode=disable'],
  ['?sslmode=no-verify', '?sslmode=no-verify'],
  ['?sslrootcert=/system', '?sslrootcert=/system'],
  ['?uselibpqcompat=true&sslmode=require', '?uselibpqcompat=true&sslmode=require'],
])('an address with %j is taken as %j', (given, taken) => {
  expect(strictAddress(HERE + given)).toBe(HERE + taken)
})

test('a certificate whose time is over is told from one of an unknown authority', () => {
  const client = new Client({ host: 'db.example', port: 6432 })
  const refusal = (code: string) => refusalOf(Object.assign(new Error('no'), { code }), client)?.message
  expect(refusal('CERT_HAS_EXPIRED')).toMatch(/^The certificate of PostgreSQL at db\.example:6432 is not valid now/)
  expect(refusal('DEPTH_ZERO_SELF_SIGNED_CERT')).toMatch(/of no authority that is known here/)
  expect(refusal('UNABLE_TO_GET_ISSUER_CERT_LOCALLY')).toMatch(/of no authority that is known here/)
  expect(refusal('ECONNREFUSED')).toBeUndefined()
})
