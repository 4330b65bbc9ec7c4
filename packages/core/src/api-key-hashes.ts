import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'

/** How API keys are looked up: by their hash, which is not computed again for each request. */
export interface ApiKeyHashes {
  /** `'sha256:'` and 64 lower-case hex digits. */
  hashOf(apiKey: string): string
  /** Keeps the hash of a key that belongs to a tenant. Others are not kept: nobody can fill it with keys of their own. */
  keep(apiKey: string, hash: string): void
}

const ENTRIES = 10_000

/** A bounded memory of hashes. It holds API keys as they are sent, as the memory of the process does anyway. */
export function createApiKeyHashes(): ApiKeyHashes {
  const hashes = new LRUCache<string, string>({ max: ENTRIES })
  return {
    hashOf: (apiKey) =>
      hashes.get(apiKey) ?? `sha256:${createHash('sha256').update(apiKey).digest('hex')}`,
    keep: (apiKey, hash) => void hashes.set(apiKey, hash),
  }
}
