/** What came of one look. */
export interface Finding {
  /** What was looked at. */
  name: string
  result: 'ok' | 'warning' | 'failed'
  /** What was seen. */
  detail: string
  /** What to do about it; absent where all is well. */
  advice?: string
}

/** A look that found nothing wrong. */
export function ok(name: string, detail: string): Finding {
  return { name, result: 'ok', detail }
}

/** Works, but not as well or as safely as it could. */
export function warning(name: string, detail: string, advice: string): Finding {
  return { name, result: 'warning', detail, advice }
}

/** The gateway cannot do its work like this. */
export function failed(name: string, detail: string, advice: string): Finding {
  return { name, result: 'failed', detail, advice }
}
