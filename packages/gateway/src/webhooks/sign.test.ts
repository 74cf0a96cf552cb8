import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { isSecret, newSecret, signatureHeaders } from './sign.ts'

const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 0xfb).toString('base64')}`

describe('the signature', () => {
  it.each([24, 32, 64])('is accepted by the receivers’ library, with a secret of %d bytes', (bytes) => {
    const secret = secretOf(bytes)
    const body = Buffer.from(JSON.stringify({ text: 'Halo, ☕ – é', data: 'x'.repeat(5000) }))
    const headers = signatureHeaders({ id: 'evt_1', at: Date.now(), body, secrets: [secret] })
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body.toString()))
    const verify = (payload: Buffer, changed: Record<string, string>) => () =>
      new Webhook(secret).verify(payload, { ...headers, ...changed })
    expect(verify(Buffer.concat([body, Buffer.from(' ')]), {})).toThrow('No matching signature')
    expect(verify(body, { 'webhook-id': 'evt_2' })).toThrow('No matching signature')
    expect(() => new Webhook(secretOf(bytes - 1)).verify(body, headers)).toThrow('No matching signature')
  })

  it('is that of the published test vector of Standard Webhooks', () => {
    const headers = signatureHeaders({
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      at: 1_614_265_330_999,
      body: Buffer.from('{"test": 2432232314}'),
      secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    })
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
  })
})

describe('a secret', () => {
  it('is made of 32 random bytes', () => {
    const secret = newSecret()
    expect(isSecret(secret)).toBe(true)
    expect(Buffer.from(secret.slice('whsec_'.length), 'base64')).toHaveLength(32)
    expect(newSecret()).not.toBe(secret)
  })

  it.each([
    [secretOf(24), true],
    [secretOf(64), true],
    [secretOf(23), false],
    [secretOf(65), false],
    [secretOf(32).slice('whsec_'.length), false],
    [`whpk_${secretOf(32).slice('whsec_'.length)}`, false],
    [`${secretOf(32)} `, false],
    [secretOf(32).replaceAll('+', '-'), false],
    [secretOf(32).replace(/=+$/, ''), false],
    [`${secretOf(32)}\r\nx: y`, false],
    ['whsec_', false],
    ['', false],
  ])('%j: %s', (text, valid) => {
    expect(isSecret(text)).toBe(valid)
  })
})
