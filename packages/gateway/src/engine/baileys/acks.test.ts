import { describe, expect, test } from 'vitest'
import { AckTimeout, ConnectionLost } from '../port.ts'
import { Acks, outcomeOf, within } from './acks.ts'

function ack(attrs: Record<string, string>) {
  return { tag: 'ack', attrs }
}

describe('Acks', () => {
  test('resolve by message id, with the server’s time', async () => {
    const acks = new Acks()
    const [one, two] = [acks.expect('1'), acks.expect('2')]
    acks.receive(ack({ id: '2', t: '1700000000' }))
    expect(await two).toEqual({ at: 1_700_000_000_000, error: undefined, devicesChanged: false })
    acks.receive(ack({ id: '1', error: '463' }))
    expect(await one).toMatchObject({ at: undefined, error: '463' })
  })

  test('nobody waits for are ignored, also a second one', async () => {
    const acks = new Acks()
    const waiting = acks.expect('1')
    acks.receive(ack({ id: '1' }))
    acks.receive(ack({ id: '1', error: '500' }))
    acks.receive(ack({ id: '9' }))
    expect((await waiting).error).toBeUndefined()
  })

  test('are lost with the connection', async () => {
    const acks = new Acks()
    const waiting = acks.expect('1')
    acks.lose()
    await expect(waiting).rejects.toBeInstanceOf(ConnectionLost)
  })

  test('time out', async () => {
    await expect(within(5, new Acks().expect('1'))).rejects.toBeInstanceOf(AckTimeout)
  })
})

describe('outcomeOf', () => {
  const answer = { at: undefined, error: undefined, devicesChanged: false }

  test.each([
    ['463', false],
    ['479', false],
    ['400', false],
    ['404', false],
    ['408', true],
    ['429', true],
    ['500', true],
    ['503', true],
    ['smax-invalid', false],
  ])('%s: sending again helps: %s', (code, retry) => {
    expect(outcomeOf({ ...answer, error: code }, 7)).toEqual({ kind: 'refused', code, retry })
  })

  test('without error it is acknowledged, by our clock where the server gives none', () => {
    expect(outcomeOf(answer, 7)).toEqual({ kind: 'acked', at: 7 })
    expect(outcomeOf({ ...answer, at: 5 }, 7)).toEqual({ kind: 'acked', at: 5 })
  })
})
