import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { type Dictionary, en } from './en.ts'
import { id } from './id.ts'

export const LANGUAGES = { en: 'English', id: 'Indonesia' } as const
export type Language = keyof typeof LANGUAGES

const DICTIONARIES: Record<Language, Dictionary> = { en, id }
const STORED = 'kurir-language'

interface Choice {
  language: Language
  choose: (language: Language) => void
}

const Context = createContext<Choice>({ language: 'en', choose: () => undefined })

function first(): Language {
  const stored = localStorage.getItem(STORED) ?? navigator.language.slice(0, 2)
  return stored === 'id' ? 'id' : 'en'
}

/** Gives everything below it a language: the one chosen last, else the browser's. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(first)
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  const choose = (chosen: Language) => {
    localStorage.setItem(STORED, chosen)
    setLanguage(chosen)
  }
  return <Context.Provider value={{ language, choose }}>{children}</Context.Provider>
}

/** The texts in the language that is chosen. */
export function useText(): Dictionary {
  return DICTIONARIES[useContext(Context).language]
}

/** The language that is chosen, as `Intl` names it: with the clock of 24 hours. */
export function useLanguage(): string {
  const { language } = useContext(Context)
  return language === 'en' ? 'en-GB' : language
}

/** Chooses another language. */
export function useLanguageChoice(): Choice {
  return useContext(Context)
}
