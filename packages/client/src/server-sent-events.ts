/** One event of a stream, as the HTML standard has them. */
export interface ServerSentEvent {
  event: string
  data: string
  /** Where to go on from after this event; null where the stream named no place yet. */
  id: string | null
}

/** Reads server-sent events until the stream ends or `signal` is aborted. Leaving the loop closes the connection. */
export async function* readServerSentEvents(
  body: ReadableStream<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<ServerSentEvent> {
  const reader = body.getReader()
  // Node.js ends the body of an aborted request only while the request itself was not yet collected as garbage.
  const stop = () => void reader.cancel().catch(() => undefined)
  signal?.addEventListener('abort', stop)
  const decoder = new TextDecoder()
  let rest = ''
  let id: string | null = null
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const blocks = (rest + decoder.decode(value, { stream: true })).replaceAll('\r\n', '\n').split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const fields = fieldsOf(block)
        id = fields.id ?? id
        if (fields.data !== undefined) yield { event: fields.event ?? 'message', data: fields.data, id }
      }
    }
  } finally {
    signal?.removeEventListener('abort', stop)
    await reader.cancel().catch(() => undefined)
  }
}

function fieldsOf(block: string): { event?: string; data?: string; id?: string } {
  const fields: { event?: string; data?: string; id?: string } = {}
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^(event|data|id)(?:: ?(.*))?$/.exec(line) ?? []
    if (name === 'data') fields.data = fields.data === undefined ? value : `${fields.data}\n${value}`
    else if (name === 'event' || name === 'id') fields[name] = value
  }
  return fields
}
