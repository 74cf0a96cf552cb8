import { type FormEvent, type KeyboardEvent, useRef, useState } from 'react'
import { call, path } from '../../api/call.ts'
import { refresh } from '../../api/queries.ts'
import { useText } from '../../i18n/text.tsx'
import { Button } from '../../ui/button.tsx'
import { notify } from '../../ui/notices.tsx'

const KINDS: [string, string][] = [
  ['image/', 'image'],
  ['video/', 'video'],
  ['audio/', 'audio'],
]

/** Writes to a chat: words, or a file with words. Enter sends, Shift and Enter begins a line. */
export function SendBox({ session, chat }: { session: string; chat: string }) {
  const text = useText()
  const [words, setWords] = useState('')
  const [file, setFile] = useState<File | null>(null)
  const [isBusy, setBusy] = useState(false)
  const picker = useRef<HTMLInputElement>(null)
  const send = async (event: FormEvent) => {
    event.preventDefault()
    if (isBusy || (!file && words.trim() === '')) return
    setBusy(true)
    try {
      const content = file ? await contentOf(file, words) : { type: 'text', text: words }
      await call('POST', path`/v1/sessions/${session}/messages`, { to: chat, ...content })
      setWords('')
      setFile(null)
      refresh(path`/v1/sessions/${session}/`)
    } catch (error) {
      notify(error instanceof Error ? error.message : String(error))
    }
    setBusy(false)
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) void send(event)
  }
  return (
    <form className="send-box" onSubmit={(event) => void send(event)}>
      <input
        ref={picker}
        type="file"
        hidden
        aria-label={text.chats.attach}
        onChange={(event) => {
          setFile(event.target.files?.[0] ?? null)
          event.target.value = ''
        }}
      />
      <Button look="quiet" icon="file" aria-label={text.chats.attach} onClick={() => picker.current?.click()} />
      <div className="grow stack-s">
        {file && (
          <div className="row">
            <span className="tag wrap">{file.name}</span>
            <Button look="quiet" icon="close" aria-label={text.chats.detach} onClick={() => setFile(null)} />
          </div>
        )}
        <textarea
          className="input"
          rows={1}
          aria-label={text.chats.write}
          placeholder={text.chats.write}
          value={words}
          onChange={(event) => setWords(event.target.value)}
          onKeyDown={onKey}
        />
      </div>
      <Button type="submit" look="main" icon="send" busy={isBusy} aria-label={text.chats.send} />
    </form>
  )
}

/** Uploads a file and says what message it makes. */
async function contentOf(file: File, words: string): Promise<object> {
  const form = new FormData()
  form.append('file', file, file.name)
  const { id } = await call<{ id: string }>('POST', '/v1/media', form)
  const type = KINDS.find(([beginning]) => file.type.startsWith(beginning))?.[1] ?? 'document'
  const caption = words.trim() !== '' && type !== 'audio' ? { caption: words } : {}
  return { type, media: { id }, ...caption, ...(type === 'document' ? { file_name: file.name } : {}) }
}
