/** Calls the lab's control API; throws its own words where it refuses. */
export async function call(method, path, body) {
  const init = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(path, { method, ...init })
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.error ?? `the lab answered ${response.status}`)
  return answer
}

/** What the person was shown and what the phone sent after the given numbers, and who there is to write to. */
export async function look(phone, after) {
  const [shown, sent, phones, groups] = await Promise.all([
    call('GET', `/phones/${phone}/messages?after=${after.shown}`),
    call('GET', `/phones/${phone}/sent`),
    call('GET', '/phones'),
    call('GET', '/groups'),
  ])
  return { shown: shown.messages, sent: sent.messages, phones: phones.phones, groups: groups.groups }
}
