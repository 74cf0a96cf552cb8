import type { OutgoingMessage } from 'kurir-client'
import { type FormEvent, type KeyboardEvent, useRef, useState } from 'react'
import { kurir } from '../../api/kurir.ts'
import { refresh } from '../../api/queries.ts'
import { useText } from '../../i18n/text.tsx'
import { Button } from '../../ui/button.tsx'
import { notify } from '../../ui/notices.tsx'

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
      const message = file ? await fileMessage(chat, file, words) : { to: chat, type: 'text' as const, text: words }
      await kurir.send(session, message)
      setWords('')
      setFile(null)
      for (const key of ['chats', 'messages']) refresh(key)
    } catch (error) {
      notify(text.fault(error))
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
async function fileMessage(to: string, file: File, words: string): Promise<OutgoingMessage> {
  const form = new FormData()
  form.append('file', file, file.name)
  const { id } = await kurir.post('/v1/media', { body: { file: file.name }, bodySerializer: () => form })
  const sent = { to, media: { id } }
  const caption = words.trim() === '' ? {} : { caption: words }
  switch (file.type.split('/', 1)[0]) {
    case 'image':
      return { ...sent, type: 'image', ...caption }
    case 'video':
      return { ...sent, type: 'video', ...caption }
    case 'audio':
      return { ...sent, type: 'audio' }
    default:
      return { ...sent, type: 'document', ...caption, file_name: file.name }
  }
}
