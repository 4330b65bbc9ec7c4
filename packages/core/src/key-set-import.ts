import { member } from './json.ts'
import { ASYMMETRIC, prepareKey, type AsymmetricAlgorithm, type PreparedKey } from './keys.ts'

/** What became of a key set. */
export interface ImportedKeySet {
  /** One for each algorithm that a JWK may serve. */
  readonly keys: readonly PreparedKey[]
  /** Why others were left out: constant texts, each once. */
  readonly faults: readonly string[]
}

/**
 * Imports the keys of a set by the same rules as the keys of a record. One that cannot be trusted is left out; the others
 * count (RFC 7517 section 5).
 * A key without a `kid` is called by its place in the set.
 */
export function importKeySet(jwks: readonly object[]): ImportedKeySet {
  const keys: PreparedKey[] = []
  const faults = new Set<string>()
  for (const [at, jwk] of jwks.entries()) {
    const kid = member(jwk, 'kid')
    for (const alg of algorithmsOf(jwk))
      try {
        keys.push(prepareKey({ alg, jwk, kid }, `.${at + 1}`))
      } catch (error) {
        faults.add((error as Error).message)
      }
  }
  return { keys, faults: [...faults] }
}

/** What a JWK may serve: its own `alg`, else all that its type allows. The import refuses it for anything else. */
function algorithmsOf(jwk: object): readonly AsymmetricAlgorithm[] {
  const alg = member(jwk, 'alg')
  const named = ASYMMETRIC.filter((known) => known === alg)
  if (named.length > 0) return named
  switch (member(jwk, 'kty')) {
    case 'RSA':
      return alg === undefined ? ['RS256', 'PS256'] : ['RS256']
    case 'EC':
      return ['ES256']
    case 'OKP':
      return ['EdDSA']
    default:
      return ['RS256'] // an oct key, or one of no known type
  }
}
