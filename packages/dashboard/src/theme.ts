export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const STORED = 'kurir-theme'

/** What was chosen last in this browser. */
export function storedTheme(): Theme {
  const stored = localStorage.getItem(STORED)
  return THEMES.find((theme) => theme === stored) ?? 'system'
}

/** Shows the page in a theme and remembers it. */
export function applyTheme(theme: Theme): void {
  localStorage.setItem(STORED, theme)
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}
