import type { IqHandler } from './answer.ts'

export const groupHandlers: Record<string, IqHandler> = {}
