import { KurirError } from '../../core/errors.ts'
import type { DialectAnswer, DialectCall, DialectContext } from '../dialect.ts'
import { qrDataUrl, untilPairing } from '../pairing.ts'
import { namedBot } from './bot.ts'

/** The QR code to scan: a page that refreshes itself, a PNG, or base64 as text. */
export async function scan(call: DialectCall, { gateway, config }: DialectContext): Promise<DialectAnswer> {
  const form = formOf(call)
  const { session } = await namedBot(call, gateway)
  const { tenant, id } = session
  if (session.status !== 'connected') await gateway.sessions.start(tenant, id)
  const pairing = await untilPairing(gateway, tenant, id, config.sendTimeoutMs)
  if (pairing.kind === 'connected') {
    if (form === 'page') return page('Connected', '<p>This WhatsApp instance is connected.</p>')
    throw new KurirError('already_connected')
  }
  if (pairing.kind === 'timeout') throw new KurirError('timeout', 'There is no QR code yet, try again')
  return inForm(form, await qrDataUrl(pairing.qr.text))
}

type Form = 'text' | 'png' | 'page'

function formOf({ fields, header }: DialectCall): Form {
  const format = fields.word('format')?.toLowerCase()
  if (format === 'base64text' || format === 'base64') return 'text'
  const accept = header('accept') ?? ''
  return accept.includes('image/png') && !accept.includes('text/html') ? 'png' : 'page'
}

function inForm(form: Form, dataUrl: string): DialectAnswer {
  switch (form) {
    case 'text':
      return { status: 200, body: dataUrl, contentType: 'text/plain; charset=utf-8' }
    case 'png': {
      const body = Buffer.from(dataUrl.slice(dataUrl.indexOf(',') + 1), 'base64')
      return { status: 200, body, contentType: 'image/png' }
    }
    case 'page': {
      const image = `<img src="${dataUrl}" alt="QR code" width="320" height="320">`
      return page('Scan the QR code', `${image}\n<p>WhatsApp &rsaquo; Linked devices &rsaquo; Link a device</p>`)
    }
    default:
      return form satisfies never
  }
}

const REFRESH_SECONDS = 5

/** Without scripts: the browser loads it again by itself. Its picture is the only thing that it may show. */
function page(title: string, content: string): DialectAnswer {
  const body = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${REFRESH_SECONDS}">
<title>${title}</title>
</head>
<body>
<h1>${title}</h1>
${content}
</body>
</html>
`
  const policy = "default-src 'none'; img-src data:; frame-ancestors 'none'"
  return {
    status: 200,
    body,
    contentType: 'text/html; charset=utf-8',
    headers: { 'content-security-policy': policy },
  }
}
