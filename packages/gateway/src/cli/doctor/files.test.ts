import { afterAll, beforeAll, expect, test } from 'vitest'
import { S3Server } from '../../media/test/s3-server.ts'
import { checkFiles } from './files.ts'

let server: S3Server
beforeAll(async () => {
  server = await S3Server.start()
})
afterAll(() => server?.stop())

test('a bucket that takes and gives files is well, also with files in it', async () => {
  for (let n = 0; n < 2; n++) {
    const [finding] = await checkFiles(server.place)
    expect(finding).toMatchObject({ name: 'files', result: 'ok' })
    expect(finding?.detail).toContain('kurir-files')
  }
  expect(await checkFiles(null)).toEqual([])
})

test('one that refuses or cannot be reached is said to, with what to do and no secret', async () => {
  const [missing] = await checkFiles({ ...server.place, bucket: 'no-such-bucket' })
  expect(missing).toMatchObject({ result: 'failed', detail: expect.stringContaining('KURIR_S3_BUCKET') })
  const [refused] = await checkFiles({ ...server.place, keyId: 'nobody', secret: 'not-to-be-shown' })
  expect(refused).toMatchObject({ result: 'failed', detail: expect.stringContaining('InvalidAccessKeyId') })
  expect(JSON.stringify(refused)).not.toContain('not-to-be-shown')
  await server.goAway()
  const [away] = await checkFiles(server.place)
  expect(away).toMatchObject({ result: 'failed', detail: expect.stringContaining('ECONNREFUSED') })
  await server.comeBack()
})
