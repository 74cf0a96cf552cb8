import sharp from 'sharp'
import { expect } from 'vitest'
import { answerOf, type CurlAnswer, curl } from '../../test/curl.ts'
import { LabApp, Site } from '../../test/lab-app.ts'

/** The document's own numbers: a bot's, and two that it writes to. */
export const SHOP = '2349011668758'
export const FRIEND = '2348179803743'
export const OTHER = '2349048988056'

export const TEXT = expect.any(String)
export const OBJECT_ID = expect.stringMatching(/^[0-9a-f]{24}$/)
const JSON_TYPE = expect.stringMatching(/^application\/json/)

/** A bot as its credentials name it. */
export interface BotPair {
  _id: string
  session_id: string
  access_token: string
}

interface FormFile {
  name: string
  bytes: Buffer
  type: string
}

/** A gateway over the lab with the document's phones, a tenant's token and a customer's web server. */
export class BotLab {
  readonly app: LabApp
  readonly site: Site
  readonly token: string
  /** A PNG of 590 by 653, as in the document. */
  readonly image: Buffer

  private constructor(app: LabApp, site: Site, token: string, image: Buffer) {
    this.app = app
    this.site = site
    this.token = token
    this.image = image
  }

  static async start(): Promise<BotLab> {
    const [app, site] = await Promise.all([LabApp.start(), Site.open()])
    for (const phone of [SHOP, FRIEND, OTHER]) await app.phone(phone)
    const { token = '' } = await app.credential('bots')
    const red = { width: 590, height: 653, channels: 3, background: 'red' } as const
    const image = await sharp({ create: red }).png().toBuffer()
    site.files.set('/photo', { type: 'image/jpeg', bytes: await sharp(image).jpeg().toBuffer() })
    site.files.set('/page', { type: 'text/html', bytes: Buffer.from('<html></html>') })
    return new BotLab(app, site, token, image)
  }

  async close(): Promise<void> {
    await Promise.all([this.app.close(), this.site.close()])
  }

  /** A documented line as it stands, with host and credentials filled in: those of the bot, else the token. */
  sample(line: string, bot?: BotPair, filled: Record<string, string> = {}): Promise<CurlAnswer> {
    const bearer = `curl --header 'Authorization: Bearer ${this.token}'`
    return curl(line.replace(/^curl/, bot ? 'curl' : bearer), {
      "'/whatsapp": `'${this.app.url}/whatsapp`,
      ...(bot
        ? {
            'session_id=&access_token=': `session_id=${bot.session_id}&access_token=${bot.access_token}`,
            '"session_id": ""': `"session_id": "${bot.session_id}"`,
            '"access_token": ""': `"access_token": "${bot.access_token}"`,
          }
        : {}),
      ...filled,
    })
  }

  /** What curl's `--form` sends. */
  async form(path: string, bot: BotPair, fields: Record<string, string>, file?: FormFile): Promise<CurlAnswer> {
    const body = new FormData()
    if (file) body.set('file', new Blob([file.bytes], { type: file.type }), file.name)
    for (const [name, value] of Object.entries(fields)) body.set(name, value)
    const query = `session_id=${bot.session_id}&access_token=${bot.access_token}`
    return answerOf(await fetch(`${this.app.url}${path}?${query}`, { method: 'POST', body }))
  }

  async createBot(): Promise<BotPair> {
    const line = `curl --location '/whatsapp/createNewWhatsapp' --header 'x-refresh;' --data '{}'`
    const { body } = await this.sample(line)
    const { data } = body as { data: { _id: string; session_id: string; settings: { access_token: string } } }
    return { _id: data._id, session_id: data.session_id, access_token: data.settings.access_token }
  }

  /** Scans the code of the only session. */
  async scan(): Promise<void> {
    const { data } = await this.app.native<{ data: { id: string }[] }>('GET', '/v1/sessions')
    await this.app.scan(data[0]?.id ?? '', SHOP)
  }
}

/** A success with this body. */
export function ok(body: unknown) {
  return expect.objectContaining({ status: 200, body, type: JSON_TYPE })
}

/** A failure in the dialect's shape. */
export function refused(status: number, message: unknown = TEXT) {
  return expect.objectContaining({ status, body: { status: false, message, data: null }, type: JSON_TYPE })
}
