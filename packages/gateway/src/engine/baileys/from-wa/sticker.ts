import type { proto } from 'baileys'
import { readFile } from './file.ts'
import type { Reader } from './reader.ts'

export const readSticker: Reader<proto.Message.IStickerMessage> = (part, context) =>
  readFile('sticker', part, {}, context)
