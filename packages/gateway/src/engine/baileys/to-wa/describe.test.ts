import { expect, test } from 'vitest'
import { encode } from './compose.ts'
import { describe } from './describe.ts'

test('bytes are base64, 64-bit numbers texts, and secrets are left out', () => {
  const bytes = encode({
    imageMessage: {
      mimetype: 'image/png',
      fileLength: 130_722,
      mediaKeyTimestamp: 1_688_996_225,
      mediaKey: Uint8Array.of(1, 2, 3),
      height: 653,
    },
    messageContextInfo: { messageSecret: Uint8Array.of(9) },
  })
  expect(describe(bytes)).toEqual({
    imageMessage: {
      mimetype: 'image/png',
      fileLength: '130722',
      mediaKeyTimestamp: '1688996225',
      mediaKey: 'AQID',
      height: 653,
    },
  })
})
