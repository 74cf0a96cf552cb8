export {
  type Answer,
  type EventsOptions,
  Kurir,
  type KurirOptions,
  type OutgoingMessage,
  type PairingNews,
  type SendOptions,
} from './client.ts'
export type { Alert, EventType, KurirEvent, Message, Session } from './event.ts'
export type { components, operations, paths } from './openapi.ts'
export { ConnectionError, type ErrorCode, type Problem, ProblemError } from './problem.ts'
export { type IncomingHeaders, verifyWebhook, WebhookVerificationError } from './webhook.ts'
