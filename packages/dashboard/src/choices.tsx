import { useState } from 'react'
import { LANGUAGES, type Language, useLanguageChoice, useText } from './i18n/text.tsx'
import { applyTheme, storedTheme, THEMES, type Theme } from './theme.ts'
import { Button } from './ui/button.tsx'
import { Choice } from './ui/choice.tsx'

const LANGUAGE_OPTIONS = (Object.keys(LANGUAGES) as Language[]).map((code) => [code, LANGUAGES[code]] as const)

/** Language and theme of this browser. */
export function Choices() {
  const text = useText()
  const { language, choose } = useLanguageChoice()
  const [theme, setTheme] = useState(storedTheme)
  const change = (next: Theme) => {
    applyTheme(next)
    setTheme(next)
  }
  return (
    <div className="choices">
      <Choice label={text.language} value={language} options={LANGUAGE_OPTIONS} onChange={choose} />
      <Button
        look="quiet"
        icon="theme"
        aria-label={`${text.theme}: ${text.themes[theme]}`}
        title={text.themes[theme]}
        onClick={() => change(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system')}
      />
    </div>
  )
}
