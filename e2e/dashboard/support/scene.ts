import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Kurir } from 'kurir-client'
import sharp from 'sharp'
import { eventually, json } from '../../support/api.ts'
import { clientOf } from '../../support/client.ts'
import type { Contract } from '../../support/sandbox.ts'

/** A gateway at work: what the pages of the gallery show. */
export interface Scene {
  /** Of the message that the network refused. */
  failedMessage: string
  deadWebhook: string
  liveWebhook: string
  stop(): void
}

/** Answers every webhook: 410 below `/gone`, else 200 with a few words. */
async function receiver(): Promise<{ url: string; stop: () => void }> {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      response.writeHead(request.url === '/gone' ? 410 : 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(request.url === '/gone' ? { error: 'moved away' } : { ok: true }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Fills a sandbox of three sessions with what a shop's gateway has after a while: also things that went wrong. */
export async function setScene(contract: Contract): Promise<Scene> {
  const { keys, lab, session, phone } = contract
  const kurir = clientOf(contract, keys.admin)
  const phones = <Answer = { id: string }>(path: string, body: unknown) =>
    json<Answer>('POST', `${lab}/phones${path}`, { body })
  const hooks = await receiver()
  const names = { [session]: 'Toko Melati', 'demo-2': 'Customer service, Jakarta and surroundings' }
  for (const [id, name] of Object.entries(names)) {
    await kurir.patch('/v1/sessions/{session}', { params: { path: { session: id } }, body: { name } })
  }
  const live = await kurir.post('/v1/webhooks', {
    body: { url: `${hooks.url}/orders`, events: ['message.*', 'session.*'] },
  })
  const gone = await kurir.post('/v1/webhooks', { body: { url: `${hooks.url}/gone`, events: ['message.received'] } })
  await kurir.post('/v1/sessions/{session}/rules', {
    params: { path: { session } },
    body: {
      keyword: 'harga',
      match: 'contains',
      action: { type: 'reply', messages: [{ type: 'text', text: 'Menu kami: kopi Rp 18.000, teh Rp 9.000.' }] },
    },
  })
  await talk(contract, { kurir, phones })
  const failedMessage = await refuse(contract, kurir)
  await kurir.post('/v1/tenants', { body: { id: 'acme', name: 'Acme Ltd', quotas: { messages_per_day: 500 } } })
  await kurir.post('/v1/keys', { body: { name: 'Shop website', scopes: ['send', 'read'] } })
  await kurir.post('/v1/keys', {
    body: { name: 'Acme operations', tenant: 'acme', scopes: ['manage', 'send', 'read'] },
  })
  await kurir.post('/v1/sessions', { body: { id: 'new-branch', name: 'New branch' } })
  const third = contract.sessions[2]
  if (third) await json('POST', `${lab}/phones/${third.phone}/unlink`, { body: {} })
  await eventually('the alerts', async () => (await kurir.get('/v1/alerts')).data.length >= 2, {
    timeoutMs: 40_000,
    everyMs: 200,
  })
  await phones(`/${contract.contacts[0]?.phone}/messages`, {
    to: phone,
    text: 'Oke, saya ambil jam 4 ya. Terima kasih banyak!',
  })
  return { failedMessage, deadWebhook: gone.id, liveWebhook: live.id, stop: hooks.stop }
}

const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="440">
  <defs><linearGradient id="sky" x2="0" y2="1"><stop stop-color="#f6d365"/><stop offset="1" stop-color="#fda085"/></linearGradient></defs>
  <rect width="640" height="440" fill="url(#sky)"/>
  <ellipse cx="320" cy="345" rx="190" ry="26" fill="#7c3f2b" opacity=".35"/>
  <path d="M210 180h220v70a110 90 0 0 1-220 0z" fill="#fff"/>
  <path d="M430 195a45 45 0 1 1-12 88" fill="none" stroke="#fff" stroke-width="20"/>
  <ellipse cx="320" cy="180" rx="110" ry="24" fill="#5d2f1f"/>
</svg>`

interface Calls {
  kurir: Kurir
  phones<Answer = { id: string }>(path: string, body: unknown): Promise<Answer>
}

async function talk({ session, phone, contacts, groups }: Contract, { kurir, phones }: Calls): Promise<void> {
  const [budi = '', siti = '', agus = ''] = contacts.map((contact) => contact.phone)
  const base64 = (await sharp(Buffer.from(PICTURE)).jpeg().toBuffer()).toString('base64')
  const say = (to: string, text: string) => kurir.send(session, { to, type: 'text', text }, { wait: 10_000 })
  /** Waits until it is there, so that what follows is behind it. */
  const hear = async (from: string, content: object, to = phone) => {
    const { id } = await phones(`/${from}/messages`, { to, ...content })
    await eventually('a message to come', async () => {
      const params = { path: { session }, query: { limit: 20 } }
      const { data } = await kurir.get('/v1/sessions/{session}/messages', { params })
      return data.some((message) => message.wa_id === id)
    })
  }
  await hear(budi, { text: 'Halo, masih buka?' })
  await say(budi, 'Masih, sampai jam 5 sore. Ada yang bisa kami bantu?')
  await hear(budi, { image: { base64, mimetype: 'image/jpeg', caption: 'Yang seperti ini ada?' } })
  await hear(budi, { location: { latitude: -6.2088, longitude: 106.8456, name: 'Monas', address: 'Jakarta Pusat' } })
  const vcard = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    'N:;Dewi Lestari;;;',
    'FN:Dewi Lestari',
    'ORG:Toko Bunga',
    'TEL;waid=6281355550001:+62 813-5555-0001',
    'END:VCARD',
  ]
  await hear(budi, { contact: { name: 'Dewi Lestari', phone: '6281355550001', vcard: vcard.join('\n') } })
  await hear(siti, {
    document: {
      base64: Buffer.from('%PDF-1.4').toString('base64'),
      mimetype: 'application/pdf',
      fileName: 'Invoice-2026-0117.pdf',
    },
  })
  await hear(siti, { text: 'Kapan dikirim?' })
  await hear(agus, {
    text: 'Berapa harga kopi? Saya mau pesan untuk acara kantor minggu depan, sekitar lima puluh gelas.',
  })
  const [group] = groups
  if (group) await hear(siti, { text: 'Selamat pagi semuanya' }, group.id)
}

/** A message that the network refuses. */
async function refuse({ session, lab, phone }: Contract, kurir: Kurir): Promise<string> {
  await json('POST', `${lab}/faults`, { body: { kind: 'nack', session: phone, code: 479, count: 5 } })
  const text = { to: '6281311110002', type: 'text', text: 'Pesanan Anda siap diambil.' } as const
  const { id } = await kurir.send(session, text, { wait: 10_000 })
  await json('DELETE', `${lab}/faults`)
  return id
}
