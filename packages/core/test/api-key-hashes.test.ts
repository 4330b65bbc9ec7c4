import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { createApiKeyHashes } from '../src/api-key-hashes.ts'

const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`

it('gives the hash of an API key, kept or not', () => {
  const hashes = createApiKeyHashes()
  expect(hashes.hashOf('key')).toBe(sha256('key'))
  hashes.keep('key', hashes.hashOf('key'))
  expect(hashes.hashOf('key')).toBe(sha256('key'))
  expect(hashes.hashOf('Key')).toBe(sha256('Key'))
  expect(hashes.hashOf('')).toBe(sha256(''))
  expect(hashes.hashOf('schlüssel')).toBe(sha256('schlüssel'))
})

it('does not compute again what it keeps', () => {
  const hashes = createApiKeyHashes()
  hashes.keep('key', 'as it was kept')
  expect(hashes.hashOf('key')).toBe('as it was kept')
})

it('is bounded: the one not used longest is forgotten', () => {
  const hashes = createApiKeyHashes()
  for (let n = 0; n <= 10_000; n++) hashes.keep(`key-${n}`, 'kept')
  expect(hashes.hashOf('key-0')).toBe(sha256('key-0'))
  expect(hashes.hashOf('key-1')).toBe('kept')
})
