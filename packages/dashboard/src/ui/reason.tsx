import { reasonIn } from '../i18n/reasons.ts'
import { useText } from '../i18n/text.tsx'

/** Why something is so, in words; the API's own word shows when the pointer rests on it. */
export function Reason({ word }: { word: string }) {
  return <span title={word}>{reasonIn(useText(), word)}</span>
}
