import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const CHILD = fileURLToPath(new URL('./test/noisy-child.ts', import.meta.url))

function output(mode: 'quiet' | 'loud') {
  const { stdout, stderr, status } = spawnSync(process.execPath, [CHILD, mode], { encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  return { stdout, stderr }
}

describe('T24: what libsignal prints', () => {
  test('is private keys, where nobody stops it', () => {
    const { stdout, stderr } = output('loud')
    expect(stdout).toContain('Closing session:')
    expect(stdout).toContain('privKey')
    expect(stderr).toContain('Failed to decrypt message')
  })

  test('is nothing with us; others still print', () => {
    expect(output('quiet')).toEqual({ stdout: 'our own words\n', stderr: 'our own trouble\n' })
  })
})
