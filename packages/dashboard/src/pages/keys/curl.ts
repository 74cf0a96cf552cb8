import { addressOf } from '../../api/kurir.ts'
import type { CreatedKey } from '../../api/types.ts'

/** The APIs of other gateways that Kurir speaks. */
export const DIALECTS = ['blazwa', 'blipcom', 'bots', 'chatbot', 'sessions'] as const
export type DialectName = (typeof DIALECTS)[number]

/** A command that shows that a new key works, ready to be run. */
export function curlOf(created: CreatedKey): string {
  const { key = '', client_id: id = '', client_secret: secret = '', token = '' } = created
  const at = (path: string) => `'${addressOf(path)}'`
  const known = DIALECTS.find((name) => name === created.dialect)
  switch (known) {
    case undefined:
      return lines(`curl ${at('/v1/sessions')}`, `-H 'Authorization: Bearer ${key}'`)
    case 'blazwa':
      return lines(
        `curl -X POST ${at('/openapi/wa/message')}`,
        `-H 'X-API-KEY: ${key}'`,
        "-d phoneNumber=6281311110001 -d 'message=Halo'",
      )
    case 'blipcom':
      return lines(
        `curl -X POST ${at('/token')}`,
        '-F grant_type=client_credentials',
        `-F client_id=${id} -F client_secret=${secret}`,
      )
    case 'bots':
      return token
        ? lines(`curl -X POST ${at('/whatsapp/createNewWhatsapp')}`, `-H 'Authorization: Bearer ${token}'`)
        : lines(
            `curl ${at(`/whatsapp/message?session_id=${created.session_id}&access_token=${created.access_token}`)}`,
            `--data '{"chatId": "6281311110001", "message": "Halo"}'`,
          )
    case 'chatbot':
      return lines(
        `curl ${at('/api/sendwa')}`,
        `-H 'secretkey: ${key}' -H 'Content-Type: application/json'`,
        `-d '{"nohp": "6281311110001", "pesan": "Halo"}'`,
      )
    case 'sessions':
      return lines(`curl ${at('/api/sessions')}`, `-H 'X-API-Key: ${key}'`)
    default:
      return known satisfies never
  }
}

function lines(...parts: string[]): string {
  return parts.join(' \\\n  ')
}
