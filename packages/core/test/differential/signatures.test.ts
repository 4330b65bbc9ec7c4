import { expect, test } from 'vitest'
import { ALGORITHMS, prepareKey, type PreparedKey } from '../../src/keys.ts'
import { isSignedBy } from '../../src/signature.ts'
import { createHeaderParser, readCompact } from '../../src/token.ts'
import { parameters, patience } from '../laws/runs.ts'
import { hmacKey, publicKey, token, type SigningKey } from '../laws/signing.ts'
import { Tally } from '../laws/verdicts.ts'
import { joseSays } from './jose-engine.ts'
import { MUTATIONS, type Signed } from './mutations.ts'
import { createRandom, type Random } from './random.ts'

// Two engines get the same tokens and the same sets of keys: the one that the packages use, on node:crypto, and jose, on
// WebCrypto. `npm run fuzz` runs a million.

const LIMITS = { tokenBytes: 8192 }
const AT_ONCE = 64

/** HMAC keys are in one set, public keys in another, as a tenant's are. */
const secrets: readonly SigningKey[] = Array.from({ length: 4 }, (_, n) =>
  hmacKey(`secret-${n}-0123456789-0123456789-0123456789`),
)
const publicKeys: readonly SigningKey[] = ALGORITHMS.flatMap((alg) =>
  alg === 'HS256' ? [] : [publicKey(alg), publicKey(alg)],
)
// A signature of RSA takes a verifier ten times as long as the others.
const WEIGHTS = { HS256: 4, RS256: 1, PS256: 1, ES256: 3, EdDSA: 3 }
const pool: readonly Signed[] = [...secrets, ...publicKeys].flatMap((key) =>
  Array.from({ length: WEIGHTS[key.alg] }, (_, n) => ({
    key,
    text: token({ sub: `user-${n}`, exp: 2_000_000_000 }, key),
  })),
)
const prepared = new Map<SigningKey, PreparedKey>(
  [...secrets, ...publicKeys].map((key) => [key, prepareKey(key.tenantKey)]),
)

/** Up to three keys of the kind of one, in any order, mostly with that one among them. */
function keySet(key: SigningKey, random: Random): readonly PreparedKey[] {
  const all = key.alg === 'HS256' ? secrets : publicKeys
  const some = Array.from({ length: random.below(3) }, () => random.pick(all))
  if (some.length === 0 || random.below(4) > 0) some.splice(random.below(some.length + 1), 0, key)
  return some.map((one) => prepared.get(one) as PreparedKey)
}

const parseHeader = createHeaderParser(32)

/** Each key's verdict. Keys of another algorithm than the token's are never asked. */
function oursSays(text: string, keys: readonly PreparedKey[]): readonly boolean[] {
  const compact = readCompact(text, LIMITS, parseHeader)
  return keys.map((key) => key.alg === compact.header['alg'] && isSignedBy(compact, key))
}

test(
  'node:crypto and jose give the same verdict on every token and every key',
  { timeout: patience(240_000) },
  async () => {
    const parameter = parameters('differential, signatures', 50_000)
    const { numRuns, seed } = parameter
    const random = createRandom(seed)
    const names = Object.keys(MUTATIONS)
    const tally = new Tally()
    const differences: string[] = []

    async function compare(): Promise<void> {
      const given = random.pick(pool)
      const name = random.pick(names)
      const text = (MUTATIONS[name] as (typeof MUTATIONS)[string])(given, random, pool)
      const keys = keySet(given.key, random)
      const ours = oursSays(text, keys)
      const theirs = await Promise.all(keys.map(async (key) => joseSays(text, key)))
      const place = keys.findIndex((_key, n) => ours[n] !== theirs[n])
      if (place !== -1) differences.push(`${name}, ${keys[place]?.alg}: ${text}`)
      tally.add(`${given.key.alg} ${ours.includes(true) ? 'verifies' : 'does not'}`)
      if (ours.includes(true)) tally.add(name)
    }
    for (let done = 0; done < numRuns; done += AT_ONCE)
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, numRuns - done) }, compare))
    process.stdout.write(`differential, signatures: ${tally.text}\n`)

    expect(differences.slice(0, 10)).toEqual([])
    const verdicts = ALGORITHMS.flatMap((alg) => [`${alg} verifies`, `${alg} does not`])
    tally.expectReached(
      [...verdicts, 's of ECDSA negated', 'signed again', 'nothing'],
      parameter,
      50,
    )
  },
)
