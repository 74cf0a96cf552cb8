import { expect } from 'vitest'
import { phoneJid } from '../../core/jid.ts'
import type { IncomingContent } from '../../core/message.ts'
import type { ScriptedAccount } from '../../engine/scripted/account.ts'
import { inbound, until } from '../../messages/test/rig.ts'
import { type Answer, HttpRig } from './http-rig.ts'

/** The person that messages go to unless told otherwise. */
export const TO = '6281300000201'

/** What the engine was given to send. */
interface Given {
  content: Record<string, unknown>
  quote: Record<string, unknown> | null
}

/** A gateway with one connected session, `shop`, and both sides of what it sends and receives. */
export class Shop {
  readonly rig: HttpRig
  readonly account: ScriptedAccount
  #received = 0

  private constructor(rig: HttpRig, account: ScriptedAccount) {
    this.rig = rig
    this.account = account
  }

  static async open(): Promise<Shop> {
    const rig = await HttpRig.open()
    return new Shop(rig, rig.rig.account(await rig.rig.connected('shop')))
  }

  close(): Promise<void> {
    return this.rig.close()
  }

  send(body: Record<string, unknown>): Promise<Answer> {
    return this.rig.call('POST', '/v1/sessions/shop/messages?wait=5000', { body: { to: TO, ...body } })
  }

  given(waId: unknown): Given {
    const message = this.account.accepted.find((one) => one.waId === waId)
    return JSON.parse(new TextDecoder().decode(message?.proto))
  }

  /** Sends what must be taken; answers what is shown of it and what the engine was given. */
  async sent(body: Record<string, unknown>): Promise<Given & { body: Record<string, unknown> }> {
    const answer = await this.send(body)
    expect(answer, answer.text).toMatchObject({ status: 200, body: { type: body.type, status: 'sent' } })
    return { body: answer.body, ...this.given(answer.body.wa_id) }
  }

  /** A message that comes in, as it is shown. */
  async received(content: IncomingContent, over: object = {}): Promise<Record<string, unknown>> {
    this.#received += 1
    const waId = `IN${this.#received}`
    this.account.deliver({ ...inbound(waId, '', phoneJid(TO)), ...over, content })
    return until('it is stored', async () => {
      const { body } = await this.rig.call('GET', '/v1/sessions/shop/messages?direction=in&limit=5')
      return (body.data as Record<string, unknown>[]).find((one) => one.wa_id === waId)
    })
  }
}
