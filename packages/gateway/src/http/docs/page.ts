/** A document that the page shows. */
export interface ShownDocument {
  title: string
  /** Where it is, as seen from the page. */
  url: string
}

/** The page itself: all that it shows is made by its scripts, which come from here too. */
export const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <link rel="icon" href="data:,">
    <title>Kurir API</title>
  </head>
  <body>
    <div id="api"></div>
    <script src="scalar.js"></script>
    <script src="start.js"></script>
  </body>
</html>
`

/**
 * What the page may do: run our scripts and call us. Scalar makes style elements and attributes as it goes, so inline
 * styles are allowed, here alone; scripts are not.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Starts Scalar with everything off that would leave this gateway. */
export function startScript(documents: readonly ShownDocument[]): string {
  const options = {
    sources: documents.map(({ title, url }, index) => ({ title, url, slug: title, default: index === 0 })),
    withDefaultFonts: false,
    telemetry: false,
    hideClientButton: true,
    showDeveloperTools: 'never',
    agent: { disabled: true },
    mcp: { disabled: true },
    persistAuth: false,
    documentDownloadType: 'json',
    defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
  }
  return `Scalar.createApiReference('#api', ${JSON.stringify(options)})\n`
}
