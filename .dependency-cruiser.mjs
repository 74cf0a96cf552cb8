// Who may import whom. Tests may wire real parts together; sources may not.
const G = '^packages/gateway/src'
const notTest = '\\.test\\.ts$|/test/|/conformance\\.ts$'

/** Every folder of the gateway that is a room of its own. */
const rooms = 'sessions|messages|media|webhooks|access|events|automation|items|chats|audit|stats|alerts'

export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'core-is-pure',
      comment: 'core holds words: no I/O and nothing of ours',
      severity: 'error',
      from: { path: `${G}/core/`, pathNot: notTest },
      to: { pathNot: `${G}/core/|node_modules/(ulid)/` },
    },
    {
      name: 'only-the-engine-knows-baileys',
      severity: 'error',
      from: { path: G, pathNot: `${G}/engine/baileys/|${notTest}` },
      to: { path: 'node_modules/(baileys|libsignal|whatsapp-rust-bridge)/' },
    },
    {
      name: 'the-engine-knows-only-its-ports',
      severity: 'error',
      from: { path: `${G}/engine/`, pathNot: notTest },
      to: { path: G, pathNot: `${G}/(core|engine)/` },
    },
    {
      name: 'engines-keep-to-themselves',
      severity: 'error',
      from: { path: `${G}/engine/([^/]+)/`, pathNot: notTest },
      to: { path: `${G}/engine/[^/]+/`, pathNot: `${G}/engine/$1/` },
    },
    {
      name: 'rooms-keep-to-themselves',
      comment: 'a room sees core, the engine port, the guarded HTTP client and itself',
      severity: 'error',
      from: { path: `${G}/(${rooms})/`, pathNot: notTest },
      to: {
        path: G,
        pathNot: `${G}/(core|$1|safe-fetch)/|${G}/engine/(port|capabilities)\\.ts$|${G}/cluster/lease\\.ts$`,
      },
    },
    {
      name: 'the-store-implements-ports',
      severity: 'error',
      from: { path: `${G}/(store|cluster)/`, pathNot: notTest },
      to: {
        path: G,
        pathNot: `${G}/(core|store|cluster)/|${G}/(${rooms})/ports\\.ts$|${G}/engine/port\\.ts$|${G}/engine/baileys/auth-port\\.ts$`,
      },
    },
    {
      name: 'the-gateway-is-verbs',
      severity: 'error',
      from: { path: `${G}/gateway\\.ts$` },
      to: { path: G, pathNot: `${G}/core/|${G}/(${rooms})/` },
    },
    {
      name: 'http-sees-only-the-gateway',
      comment: 'no store, no engine, no room but the types of its verbs',
      severity: 'error',
      from: { path: `${G}/(http|dialects)/`, pathNot: notTest },
      to: {
        path: G,
        pathNot: `${G}/(core|http|dialects|config|observe)/|${G}/gateway\\.ts$|${G}/(${rooms})/(verbs|ports)\\.ts$`,
      },
    },
    {
      name: 'dialects-keep-to-themselves',
      severity: 'error',
      from: { path: `${G}/dialects/([^/]+)/`, pathNot: notTest },
      to: { path: `${G}/dialects/[^/]+/`, pathNot: `${G}/dialects/$1/` },
    },
    {
      name: 'dialects-translate-only',
      comment: 'a dialect sees the verbs and what all dialects share: no HTTP server, no table of dialects',
      severity: 'error',
      from: { path: `${G}/dialects/([^/]+)/`, pathNot: notTest },
      to: {
        path: G,
        pathNot: `${G}/(core|config|observe)/|${G}/gateway\\.ts$|${G}/(${rooms})/(verbs|ports)\\.ts$|${G}/dialects/$1/|${G}/dialects/(?!(table|mount|multipart|request|conformance)\\.ts)[^/]+\\.ts$`,
      },
    },
    {
      name: 'only-the-top-wires',
      severity: 'error',
      from: { path: `${G}/`, pathNot: `${G}/(main\\.ts$|cli/)|${notTest}` },
      to: { path: `${G}/app\\.ts$` },
    },
    {
      name: 'lab-stands-alone',
      severity: 'error',
      from: { path: '^packages/lab/' },
      to: { path: '^packages/(gateway|dashboard|client)/' },
    },
    {
      name: 'the-client-stands-alone',
      comment: 'it knows the gateway by openapi/ alone',
      severity: 'error',
      from: { path: '^packages/client/' },
      to: { path: '^packages/(?!client/)' },
    },
    {
      name: 'the-command-line-calls-by-the-client',
      comment: 'the gateway itself does not call itself',
      severity: 'error',
      from: { path: G, pathNot: `${G}/cli/|${notTest}` },
      to: { path: '^packages/client/' },
    },
    {
      name: 'the-gateway-knows-no-lab',
      severity: 'error',
      from: { path: G, pathNot: notTest },
      to: { path: '^packages/lab/' },
    },
    {
      name: 'dashboard-sees-only-kurir-client',
      comment: 'the page knows the gateway by its API alone',
      severity: 'error',
      from: { path: '^packages/dashboard/' },
      to: { path: '^packages/(?!dashboard/|client/)' },
    },
    {
      name: 'nobody-imports-the-dashboard',
      severity: 'error',
      from: { path: '^packages/(?!dashboard/)' },
      to: { path: '^packages/dashboard/' },
    },
    {
      name: 'no-test-in-sources',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: notTest },
      to: { path: '\\.test\\.ts$|/test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^packages/[^/]+/dist' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
