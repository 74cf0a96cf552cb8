import type { SandboxContract } from './contract.ts'

/** What a newcomer reads when the sandbox is ready: each block can be copied and run as it stands. */
export function sandboxPage(sandbox: SandboxContract, data?: string): string {
  const [contact] = sandbox.contacts
  const group = sandbox.groups[0]
  return `
Kurir's sandbox is ready: a gateway with a paired WhatsApp account, and a simulated WhatsApp network with virtual phones.

  dashboard ${sandbox.gateway}/  (log in with the admin key below)
  phones    ${sandbox.lab}/phone
  API       ${sandbox.gateway}/docs
  lab       ${sandbox.lab}
  session   ${sandbox.session}  (the account ${sandbox.phone})
  contacts  ${sandbox.contacts.map(({ phone, name }) => `${phone} ${name}`).join(', ')}
  group     ${group?.id} ${group?.name}

1. Send a message to ${contact?.name}:

  curl -s '${sandbox.gateway}/v1/sessions/${sandbox.session}/messages?wait=5000' \\
    -H 'Authorization: Bearer ${sandbox.keys.native}' -H 'Content-Type: application/json' \\
    -d '{"to": "${contact?.phone}", "type": "text", "text": "Halo from Kurir"}'

2. Look at it on the virtual phone, decrypted (or in a browser: ${sandbox.lab}/phone?phone=${contact?.phone}):

  curl -s ${sandbox.lab}/phones/${contact?.phone}/messages

3. Have events posted to a program of yours. In another terminal, one that prints what it gets:

  node -e 'require("http").createServer((q, s) => q.on("end", () => s.end()).pipe(process.stdout)).listen(8080)'

   and here (the answer shows the secret that signs the events):

  curl -s ${sandbox.gateway}/v1/webhooks \\
    -H 'Authorization: Bearer ${sandbox.keys.native}' -H 'Content-Type: application/json' \\
    -d '{"url": "http://127.0.0.1:8080/", "events": ["message.received"]}'

4. Answer from the virtual phone, and see it arrive:

  curl -s ${sandbox.lab}/phones/${contact?.phone}/messages -H 'Content-Type: application/json' \\
    -d '{"to": "${sandbox.phone}", "text": "Halo, got it"}'
  curl -s '${sandbox.gateway}/v1/sessions/${sandbox.session}/messages?direction=in' \\
    -H 'Authorization: Bearer ${sandbox.keys.native}'

Key for messages, sessions and webhooks: ${sandbox.keys.native}
Key for everything (admin):              ${sandbox.keys.admin}

The dialects' credentials (docs/dialects):
  sessions  X-API-Key      ${sandbox.keys.sessions}
  blipcom   client_id      ${sandbox.keys.blipcom.client_id}
            client_secret  ${sandbox.keys.blipcom.client_secret}
  blazwa    X-API-KEY      ${sandbox.keys.blazwa}
  bots      Bearer         ${sandbox.keys.bots.token}
            session_id     ${sandbox.keys.bots.session_id}
            access_token   ${sandbox.keys.bots.access_token}
  chatbot   secretkey      ${sandbox.keys.chatbot}

Ctrl-C stops everything; ${data ? `the data stays in ${data}` : 'nothing is kept'}.
`
}
