import type { Claims } from './sign.ts'

/** Tokens by what is wrong with them; `good` is the one with which nothing is. */
export type Probes = Readonly<Record<string, string>>

type Sign = (claims: Claims) => string

/** Tokens that differ from a good one in one thing each. `forge` signs with a key that is not the tenant's. */
export function makeProbes(claims: Claims, sign: Sign, forge: Sign): Probes {
  const good = sign(claims)
  const [header, payload, signature] = good.split('.') as [string, string, string]
  const other = Buffer.from(JSON.stringify({ ...claims, userId: 'user-1' })).toString('base64url')
  const none = Buffer.from('{"alg":"none"}').toString('base64url')
  const elsewhere = 'https://other.example'
  return {
    good,
    expired: sign({ ...claims, iat: claims.iat - 100_000, exp: claims.exp - 100_000 }),
    'another payload': `${header}.${other}.${signature}`,
    'another key': forge(claims),
    'another issuer': sign({ ...claims, iss: elsewhere }),
    'another audience': sign({ ...claims, aud: elsewhere }),
    'no signature': `${none}.${payload}.`,
    'no token': 'x',
  }
}

/** The verdicts of a verifier that is right: the user's id, or `refused`. */
export function rightVerdicts(probes: Probes): Record<string, string> {
  return verdicts(probes, (probe) => probe === 'good')
}

/** The verdicts of code that looks at the signature alone. */
export function signatureVerdicts(probes: Probes): Record<string, string> {
  const signed = ['good', 'expired', 'another issuer', 'another audience']
  return verdicts(probes, (probe) => signed.includes(probe))
}

function verdicts(probes: Probes, passes: (probe: string) => boolean): Record<string, string> {
  return Object.fromEntries(
    Object.keys(probes).map((probe) => [probe, passes(probe) ? 'user-0' : 'refused']),
  )
}
