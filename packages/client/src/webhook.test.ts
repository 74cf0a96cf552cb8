import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { verifyWebhook, WebhookVerificationError } from './index.ts'

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const older = `whsec_${Buffer.alloc(32, 2).toString('base64')}`
const body = JSON.stringify({ id: 'evt_1', seq: 1, type: 'message.received', data: { text: 'halo ✓' } })

function headers(by: string, at = new Date()) {
  return {
    'Webhook-Id': 'evt_1',
    'Webhook-Timestamp': String(Math.floor(at.getTime() / 1000)),
    'Webhook-Signature': new Webhook(by).sign('evt_1', at, body),
  }
}

test('a delivery that is signed is an event, whatever form body and headers have', () => {
  const event = verifyWebhook(body, headers(secret), secret)
  expect(event.type === 'message.received' && event.data.text).toBe('halo ✓')
  expect(verifyWebhook(new TextEncoder().encode(body), new Headers(headers(secret)), secret)).toEqual(event)
  expect(verifyWebhook(Buffer.from(body), { ...headers(older), other: ['x'] }, [secret, older])).toEqual(event)
})

test('one that is not, is changed or is old is refused', () => {
  const refused = (by: () => unknown) => expect(by).toThrow(WebhookVerificationError)
  refused(() => verifyWebhook(body, {}, secret))
  refused(() => verifyWebhook(body, headers(older), secret))
  refused(() => verifyWebhook(body, headers(secret), []))
  refused(() => verifyWebhook(body.replace('halo', 'hola'), headers(secret), secret))
  refused(() => verifyWebhook(body, headers(secret, new Date(Date.now() - 6 * 60_000)), secret))
})
