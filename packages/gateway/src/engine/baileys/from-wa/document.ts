import type { proto } from 'baileys'
import { given, readFile } from './file.ts'
import type { Reader } from './reader.ts'

export const readDocument: Reader<proto.Message.IDocumentMessage> = (part, context) =>
  readFile('document', part, { name: part.fileName || part.title, ...given('caption', part.caption) }, context)
