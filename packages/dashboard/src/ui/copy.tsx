import { useState } from 'react'
import { useText } from '../i18n/text.tsx'
import { Button } from './button.tsx'

/** Puts a text on the clipboard, also where the page is not served over https. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  const host = document.querySelector('dialog[open]') ?? document.body
  host.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}

/** Copies a text and says so. */
function CopyButton({ value }: { value: string }) {
  const text = useText()
  const [isCopied, setCopied] = useState(false)
  const run = async () => {
    await copy(value)
    setCopied(true)
    setTimeout(() => setCopied(false), 2_000)
  }
  return (
    <Button icon="copy" onClick={() => void run()}>
      {isCopied ? text.copied : text.copy}
    </Button>
  )
}

/** A text to be copied: a secret, a command. */
export function CopyBox({ value, label }: { value: string; label: string }) {
  return (
    <div className="stack-s">
      <div className="row row-between">
        <span className="legend">{label}</span>
        <CopyButton value={value} />
      </div>
      <pre className="pre">{value}</pre>
    </div>
  )
}
