import { describe, expect, test } from 'vitest'
import { type Jid, jidUser, phoneJid } from '../../core/jid.ts'
import { ConnectionLost, type EngineConnection, Refused } from '../port.ts'
import type { EngineHarness } from './harness.ts'
import { online } from './situations.ts'

const NO_GROUP = '120363999999999999@g.us' as Jid

/** What an engine promises about groups and about what an account shows in chats. */
export function groupRules(harness: () => EngineHarness): void {
  describe('groups', () => {
    test('a group is made of those who have an account, and is told of', async () => {
      const { connection, session, told } = await online(harness())
      const [contact, nobody] = [await harness().newContact(), harness().unregistered()]
      const made = await connection.groupActions.create('Arisan', [phoneJid(contact), phoneJid(nobody)])
      expect(made.participants.map(({ phone, admin }) => [phone, admin])).toEqual([
        [harness().ownPhone(session), true],
        [contact, false],
      ])
      expect(await connection.groupActions.get(made.jid)).toMatchObject({ jid: made.jid, subject: 'Arisan' })
      expect((await connection.groups()).map(({ jid }) => jid)).toContain(made.jid)
      const { update } = await told.find('group', (one) => one.update.group === made.jid)
      expect(update.change).toEqual({ kind: 'created', subject: 'Arisan' })
      await connection.close()
    })

    test('people come, rise, fall and go; each is answered for, and each change is told once, in order', async () => {
      const { connection, told } = await online(harness())
      const { groupActions } = connection
      const [contact, nobody] = [await harness().newContact(), harness().unregistered()]
      const { jid } = await groupActions.create('People', [phoneJid(await harness().newContact())])
      const people = [phoneJid(contact), phoneJid(nobody)]
      const added = await groupActions.change(jid, 'add', people)
      expect(added.map(({ done }) => done)).toEqual([true, false])
      for (const change of ['promote', 'demote', 'remove'] as const) {
        const [result] = await groupActions.change(jid, change, [phoneJid(contact)])
        expect(result?.done).toBe(true)
        const shown = (await groupActions.get(jid)).participants.find(({ phone }) => phone === contact)
        expect(shown?.admin).toBe(change === 'promote' ? true : change === 'demote' ? false : undefined)
      }
      await groupActions.rename(jid, 'Fewer people')
      await told.find('group', ({ update }) => update.change.kind === 'subject')
      const changes = told.all('group').filter(({ update }) => update.group === jid)
      expect(changes.map(({ update }) => update.change.kind)).toEqual([
        ...['created', 'add', 'promote', 'demote', 'remove', 'subject'],
      ])
      expect(changes[1]?.update.change).toMatchObject({ participants: [{ phone: contact }] })
      await connection.close()
    })

    test('an invitation is renewed, a group is left, and one that is not there is refused', async () => {
      const { connection } = await online(harness())
      const { groupActions } = connection
      const { jid } = await groupActions.create('Door', [phoneJid(await harness().newContact())])
      const code = await groupActions.inviteCode(jid)
      expect(await groupActions.renewInvite(jid)).not.toBe(code)
      await groupActions.leave(jid)
      expect((await connection.groups()).map((group) => group.jid)).not.toContain(jid)
      await expect(groupActions.get(NO_GROUP)).rejects.toBeInstanceOf(Refused)
      await expect(groupActions.rename(NO_GROUP, 'x')).rejects.toMatchObject({ code: '404' })
      await connection.close()
    })
  })

  test('a person is shut out and let in again, and shows no picture where there is none', async () => {
    const { connection } = await online(harness())
    const contact = phoneJid(await harness().newContact())
    const { contactActions } = connection
    // Blocking takes the person's LID, which looking the number up brings.
    await connection.checkNumbers([jidUser(contact)])
    expect(await contactActions.profile(contact)).toMatchObject({ pictureUrl: null })
    await contactActions.setBlocked(contact, true)
    expect(await contactActions.blocked()).toEqual([contact])
    await contactActions.setBlocked(contact, false)
    expect(await contactActions.blocked()).toEqual([])
    await connection.close()
  })

  test('what an account shows in chats needs a connection, and so do its groups', async () => {
    const { connection } = await online(harness())
    const contact = phoneJid(await harness().newContact())
    for (const state of ['composing', 'recording', 'paused'] as const) {
      await connection.chatActions.setTyping(contact, state)
    }
    await connection.close()
    const calls: ((closed: EngineConnection) => Promise<unknown>)[] = [
      ({ chatActions }) => chatActions.setTyping(contact, 'composing'),
      ({ chatActions }) => chatActions.markRead(contact, [{ waId: 'X' as never, participant: null }]),
      ({ chatActions }) => chatActions.presence(contact),
      ({ contactActions }) => contactActions.profile(contact),
      ({ contactActions }) => contactActions.setBlocked(contact, true),
      ({ contactActions }) => contactActions.blocked(),
      ({ groupActions }) => groupActions.get(NO_GROUP),
      ({ groupActions }) => groupActions.create('x', [contact]),
      ({ groupActions }) => groupActions.change(NO_GROUP, 'add', [contact]),
      ({ groupActions }) => groupActions.leave(NO_GROUP),
    ]
    for (const call of calls) await expect(call(connection)).rejects.toBeInstanceOf(ConnectionLost)
  })
}
