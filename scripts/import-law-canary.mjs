// Plants forbidden imports in a copy of the sources and expects the import law to name every one of them,
// so that a checker that silently sees nothing cannot pass for a clean tree.

import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { cruise } from 'dependency-cruiser'
import config from '../.dependency-cruiser.mjs'

const planted = [
  [
    'core-is-pure',
    'packages/gateway/src/core/canary.ts',
    "import type { Engine } from '../engine/port.ts'\nexport type C = Engine\n",
  ],
  [
    'only-the-engine-knows-baileys',
    'packages/gateway/src/messages/canary.ts',
    "import { proto } from 'baileys'\nexport const c = proto\n",
  ],
  [
    'rooms-keep-to-themselves',
    'packages/gateway/src/messages/canary2.ts',
    "import type { SessionStore } from '../sessions/ports.ts'\nexport type C = SessionStore\n",
  ],
  [
    'http-sees-only-the-gateway',
    'packages/gateway/src/http/canary.ts',
    "import type { JournalEntry } from '../engine/baileys/auth-port.ts'\nexport type C = JournalEntry\n",
  ],
  [
    'lab-stands-alone',
    'packages/lab/src/canary.ts',
    "import { newId } from '../../gateway/src/core/ids.ts'\nexport const c = newId\n",
  ],
  [
    'dashboard-sees-only-kurir-client',
    'packages/dashboard/src/canary.ts',
    "import { newId } from '../../gateway/src/core/ids.ts'\nexport const c = newId\n",
  ],
  [
    'no-circular',
    'packages/gateway/src/core/canary-a.ts',
    "import { b } from './canary-b.ts'\nexport const a = () => b\n",
  ],
  [null, 'packages/gateway/src/core/canary-b.ts', "import { a } from './canary-a.ts'\nexport const b = () => a\n"],
]

const copy = mkdtempSync(join(tmpdir(), 'kurir-canary-'))
try {
  for (const folder of ['packages/gateway/src', 'packages/lab/src'])
    cpSync(folder, join(copy, folder), { recursive: true })
  for (const file of ['package.json', 'tsconfig.json', 'packages/gateway/package.json', 'packages/lab/package.json'])
    cpSync(file, join(copy, file))
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'))
  for (const [, file, text] of planted) {
    mkdirSync(dirname(join(copy, file)), { recursive: true })
    writeFileSync(join(copy, file), text)
  }
  process.chdir(copy)
  const result = await cruise(['packages'], {
    ...config.options,
    ruleSet: { forbidden: config.forbidden },
    validate: true,
  })
  const { summary, modules } = result.output
  if (modules.length < 20) throw new Error(`only ${modules.length} modules were looked at`)
  for (const [rule, file] of planted) {
    if (rule && !summary.violations.some((found) => found.rule.name === rule && found.from === file)) {
      throw new Error(`the forbidden import planted in ${file} was not reported as ${rule}`)
    }
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
}
