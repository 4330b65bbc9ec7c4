/**
 * A document as a search service keeps it: attributes, some with several values, some missing. Not an interface, which
 * could not be read by any name.
 */
export type Document = {
  readonly org: string
  readonly product: string
  readonly lang: string
  readonly tier: string
  readonly status: string
  readonly public: boolean
  readonly priority: number
  readonly tags: readonly string[]
  readonly teams?: readonly string[]
  readonly region?: string
}

/** Documents that are the same in every run. */
export function makeDocuments(count: number): Document[] {
  const random = randomNumbers(20_240_229)
  const below = (limit: number): number => Math.floor(random() * limit)
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T
  const several = (name: string, most: number, limit: number): string[] =>
    Array.from({ length: below(most + 1) }, () => `${name}-${below(limit)}`)
  return Array.from({ length: count }, () => ({
    org: `org-${below(200)}`,
    product: pick(['search', 'chat', 'docs', 'api', 'mobile', 'billing']),
    lang: pick(['en', 'en', 'en', 'de', 'fr', 'es', 'ja']),
    tier: pick(['free', 'pro', 'enterprise']),
    status: pick(['published', 'published', 'published', 'draft', 'archived']),
    public: random() < 0.7,
    priority: below(10),
    tags: several('tag', 4, 40),
    ...(random() < 0.8 && { teams: several('team', 3, 25) }),
    ...(random() < 0.5 && { region: pick(['eu', 'us', 'apac']) }),
  }))
}

/** The same numbers from 0 to 1 for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
