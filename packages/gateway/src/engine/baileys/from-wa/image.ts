import type { proto } from 'baileys'
import { given, readFile } from './file.ts'
import type { Reader } from './reader.ts'

export const readImage: Reader<proto.Message.IImageMessage> = (part, context) =>
  readFile('image', part, { ...given('caption', part.caption), ...(part.viewOnce ? { viewOnce: true } : {}) }, context)
