import { useState } from 'react'
import { LANGUAGES, type Language, useLanguageChoice, useText } from './i18n/text.tsx'
import { applyTheme, storedTheme, THEMES, type Theme } from './theme.ts'
import { Button } from './ui/button.tsx'

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
      <select
        className="input input-s"
        aria-label={text.language}
        value={language}
        onChange={(event) => choose(event.target.value as Language)}
      >
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
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
