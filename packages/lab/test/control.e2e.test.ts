import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lab, startLab } from '../src/index.ts'
import { control } from './baileys-client.ts'

const [A, B, C] = ['6281200000001', '6281200000002', '6281200000003']

let lab: Lab
beforeAll(async () => {
  lab = await startLab({ seed: 'control' })
})
afterAll(async () => {
  await lab.close()
})

test('phones: made once, listed, found', async () => {
  const made = await control(lab, 'POST', '/phones', { phone: A, name: 'Ann' })
  expect(made).toMatchObject({ phone: A, name: 'Ann', registered: true, online: true, devices: [] })
  expect(made.lid).toMatch(/^\d{15}@lid$/)
  await expect(control(lab, 'POST', '/phones', { phone: A })).rejects.toThrow('409')
  await expect(control(lab, 'POST', '/phones', { phone: '+62 812' })).rejects.toThrow('400')
  await expect(control(lab, 'GET', '/phones/628999')).rejects.toThrow('404')
  expect(await control(lab, 'GET', `/phones/${A}`)).toEqual(made)
  expect(await control(lab, 'GET', '/phones')).toEqual({ phones: [made] })
})

test('phones write to each other and to groups, and see what they received, never what they sent', async () => {
  await control(lab, 'POST', '/phones', { phone: B })
  await control(lab, 'POST', '/phones', { phone: C })
  const { id } = await control(lab, 'POST', `/phones/${A}/messages`, { to: B, text: 'hi Bea' })
  const group = await control(lab, 'POST', '/groups', { name: 'Three', owner: A, participants: [B, C] })
  await control(lab, 'POST', `/phones/${B}/messages`, { to: group.id as string, text: 'hi all' })
  await lab.world.idle()
  const bea = await control<{ messages: object[] }>(lab, 'GET', `/phones/${B}/messages`)
  expect(bea.messages).toMatchObject([{ seq: 1, id, from: A, chat: A, type: 'text', text: 'hi Bea' }])
  const ann = await control<{ messages: object[] }>(lab, 'GET', `/phones/${A}/messages`)
  expect(ann.messages).toMatchObject([{ from: B, chat: group.id, text: 'hi all' }])
})

test('rows after a number, and no more than asked for', async () => {
  for (const text of ['1', '2', '3']) await control(lab, 'POST', `/phones/${A}/messages`, { to: C, text })
  await lab.world.idle()
  const texts = async (query: string) => {
    const { messages } = await control<{ messages: { text: string; seq: number }[] }>(
      lab,
      'GET',
      `/phones/${C}/messages${query}`,
    )
    return messages.map(({ seq, text }) => `${seq} ${text}`)
  }
  expect(await texts('?after=1')).toEqual(['2 1', '3 2', '4 3'])
  expect(await texts('?after=1&limit=2')).toEqual(['2 1', '3 2'])
  await expect(texts('?after=x')).rejects.toThrow('400')
})

test('what cannot be sent is refused', async () => {
  await expect(control(lab, 'POST', `/phones/${A}/messages`, { to: '628999', text: 'x' })).rejects.toThrow('404')
  await expect(control(lab, 'POST', `/phones/${A}/messages`, { to: B })).rejects.toThrow('400')
  await expect(control(lab, 'POST', `/phones/${A}/messages`, { to: '1@g.us', text: 'x' })).rejects.toThrow('404')
  await expect(control(lab, 'POST', `/phones/${A}/unlink`)).rejects.toThrow('404')
  await expect(control(lab, 'POST', `/phones/${A}/enter-code`, { code: 'ABCD1234' })).rejects.toThrow('400')
  await expect(control(lab, 'POST', '/no/such/thing')).rejects.toThrow('404 there is no POST')
})
