import { DiagLogLevel, diag, ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, type IdGenerator, TracerProvider } from '@opentelemetry/sdk-trace'

/** Names a span: 32 and 16 hexadecimal digits. */
export interface SpanRef {
  traceId: string
  spanId: string
}

/** Something that took time and is over. Times in milliseconds since the epoch. */
export interface FinishedSpan extends SpanRef {
  name: string
  kind: 'server' | 'internal' | 'client' | 'consumer'
  /** Null for the first span of a trace. */
  parentId: string | null
  start: number
  end: number
  /** Never what people write, numbers, addresses or secrets. */
  attributes: Record<string, string | number>
  /** What went wrong, as a word. */
  error?: string
  /** Another span that this one has to do with. */
  link?: SpanRef
}

/** Takes spans and hands them over some seconds later. */
export interface SpanWriter {
  write(span: FinishedSpan): void
  /** Hands over what is left; resolves when that is done or has failed. */
  close(): Promise<void>
}

export interface CollectorOptions {
  /** Where traces are posted to. */
  url: string
  headers: Record<string, string>
  version: string
  /** Spans could not be handed over. */
  onFault: () => void
}

const KINDS = {
  server: SpanKind.SERVER,
  internal: SpanKind.INTERNAL,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
}
/** A collector that is away must not hold up a stop. Milliseconds. */
const EXPORT_MS = 2_000
const EVERY_MS = 2_000

/** A collector that speaks OTLP over HTTP, in JSON. */
export function openCollector({ url, headers, version, onFault }: CollectorOptions): SpanWriter {
  diag.setLogger({ ...SILENT, error: onFault }, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true })
  const ids = new GivenIds()
  const exporter = new OTLPTraceExporter({ url, headers, timeoutMillis: EXPORT_MS })
  const processor = new BatchSpanProcessor({ exporter, scheduledDelayMillis: EVERY_MS, exportTimeoutMillis: EXPORT_MS })
  const resource = resourceFromAttributes({ 'service.name': 'kurir', 'service.version': version })
  const provider = new TracerProvider({ resource, idGenerator: ids, spanProcessors: [processor] })
  const tracer = provider.getTracer('kurir', version)
  return {
    write(span) {
      ids.next = span
      const parent =
        span.parentId === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote(span, span.parentId))
      const links = span.link ? [{ context: remote(span.link, span.link.spanId) }] : []
      const options = { kind: KINDS[span.kind], startTime: span.start, attributes: span.attributes, links }
      const started = tracer.startSpan(span.name, options, parent)
      if (span.error !== undefined) started.setStatus({ code: SpanStatusCode.ERROR, message: span.error })
      started.end(span.end)
    },
    close: () => provider.shutdown().catch(onFault),
  }
}

function remote({ traceId }: SpanRef, spanId: string) {
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true }
}

/** Ids are given with each span, since others refer to it before it is over. */
class GivenIds implements IdGenerator {
  next: SpanRef = { traceId: '', spanId: '' }
  generateTraceId = () => this.next.traceId
  generateSpanId = () => this.next.spanId
}

const nothing = () => undefined
const SILENT = { verbose: nothing, debug: nothing, info: nothing, warn: nothing }
