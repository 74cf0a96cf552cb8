const PATHS = {
  overview: 'M3 13h4v-5H3zM9 13h4V3H9z',
  sessions: 'M5 1.500h6v13H5zM7.500 12.500h1',
  chats: 'M2 3h12v8H7l-3 3v-3H2z',
  webhooks:
    'M6 5.500a2.500 2.500 0 1 1 3.500 2.300L11.500 11M6.500 12H9M4.500 9.500a2.500 2.500 0 1 0 2 4M12 9.500a2.500 2.500 0 1 1-1.500 4.500M7 6.500 4.500 10.500',
  audit: 'M3.500 1.500h9v13h-9zM6 5h4M6 8h4M6 11h2',
  warning: 'M8 2 14.500 13.500h-13zM8 6.500v3M8 11.500v.1',
  events: 'M1.500 8h3l2-5 3 10 2-5h3',
  keys: 'M10 2a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM7 9l-5 5M4 12l2 2',
  plus: 'M8 3v10M3 8h10',
  close: 'M4 4l8 8M12 4l-8 8',
  back: 'M10 3 5 8l5 5',
  copy: 'M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3',
  send: 'M2 8l12-5-4 11-2.500-4.500z',
  file: 'M12.500 7.500 8 12a3 3 0 0 1-4.500-4.500L9 2.500A2 2 0 0 1 12 5.500L7 10.500a1 1 0 0 1-1.500-1.500L10 5',
  phone: 'M5 1.500h6v13H5zM7 3.500h2',
  pause: 'M5.500 3v10M10.500 3v10',
  play: 'M5 3l8 5-8 5z',
  theme: 'M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12',
  out: 'M6 2.500H3v11h3M7 8h7M11 5l3 3-3 3',
  up: 'M3 10l5-5 5 5',
  trash: 'M3 4.500h10M6 4.500v-2h4v2M4.500 4.500l.5 9h6l.5-9',
} as const

export type IconName = keyof typeof PATHS

/** A small picture beside words that say the same. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  )
}
