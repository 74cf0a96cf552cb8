import { type DialectSample, dialectConformance } from './conformance.ts'
import type { Dialect } from './dialect.ts'
import { DIALECTS, type DialectName } from './table.ts'
import { blazwaSample } from './test/blazwa-sample.ts'
import { blipcomSample } from './test/blipcom-sample.ts'
import { botsSample } from './test/bots-sample.ts'
import { chatbotSample } from './test/chatbot-sample.ts'
import { sessionsSample } from './test/sessions-sample.ts'

/** A dialect without a sample does not compile. */
const SAMPLES: Record<DialectName, DialectSample> = {
  blipcom: blipcomSample,
  blazwa: blazwaSample,
  bots: botsSample,
  chatbot: chatbotSample,
  sessions: sessionsSample,
}

for (const dialect of Object.values<Dialect>(DIALECTS)) {
  dialectConformance(dialect, SAMPLES[dialect.name as DialectName])
}
