import { createPublicKey, verify as verifySignature } from 'node:crypto'
import { createAuthenticator, searchIntegration } from '@countersign/core'
import { identified } from './identified.ts'
import { AUDIENCE, integrationTenant, ISSUER, keySet } from './integration.ts'
import type { Verify, WireRequest } from './wire.ts'

const REQUIRED = ['exp', 'iss', 'aud', 'integrationId', 'userId']

const tokenOf = ({ headers }: WireRequest): string => headers['user-token'] ?? ''
const userOf = (payload: object): unknown => (payload as { userId?: unknown }).userId

/** This project, with a cache of that many tokens, or none; `apiKey`: the API key is looked up as well. */
export function countersign(
  publicKey: string,
  maxEntries: number | false,
  { apiKey = false } = {},
): Verify {
  const authenticator = createAuthenticator({
    profile: searchIntegration({ audience: AUDIENCE, ...(!apiKey && { apiKey: false }) }),
    tenants: [integrationTenant(publicKey)],
    tokenCache: maxEntries === false ? false : { maxEntries },
  })
  return (request) => identified(authenticator.authenticate(request))
}

/** With its cache of that many tokens, or none; `hashed: false` keys the cache by the token itself, as ours is. */
export async function fastJwt(
  publicKey: string,
  cache: number | false,
  { hashed = true } = {},
): Promise<Verify> {
  const { createVerifier } = await import('fast-jwt')
  const verify = createVerifier({
    key: publicKey,
    algorithms: ['RS256'],
    allowedIss: ISSUER,
    allowedAud: AUDIENCE,
    requiredClaims: REQUIRED,
    cache,
    ...(!hashed && { cacheKeyBuilder: (token: string) => token }),
  })
  return (request) => userOf(verify(tokenOf(request)) as object)
}

/** With a key object, which is the fastest for it. */
export async function jsonwebtoken(publicKey: string): Promise<Verify> {
  const { default: jwt } = await import('jsonwebtoken')
  const key = createPublicKey(publicKey)
  const options = { algorithms: ['RS256' as const], issuer: ISSUER, audience: AUDIENCE }
  return (request) => userOf(jwt.verify(tokenOf(request), key, options) as object)
}

/** With the CryptoKey that its own import makes. */
export async function jose(publicKey: string): Promise<Verify> {
  const { importSPKI, jwtVerify } = await import('jose')
  const key = await importSPKI(publicKey, 'RS256')
  const options = {
    algorithms: ['RS256'],
    issuer: ISSUER,
    audience: AUDIENCE,
    requiredClaims: REQUIRED,
  }
  return async (request) => userOf((await jwtVerify(tokenOf(request), key, options)).payload)
}

/** With the key set at hand, so that nothing is fetched. */
export async function awsJwtVerify(publicKey: string): Promise<Verify> {
  const { JwtVerifier } = await import('aws-jwt-verify')
  const jwksUri = 'https://customer.example/jwks.json'
  const verifier = JwtVerifier.create({ issuer: ISSUER, audience: AUDIENCE, jwksUri })
  verifier.cacheJwks(keySet(publicKey))
  return (request) => userOf(verifier.verifySync(tokenOf(request)))
}

/** The least that can be done: one signature, one JSON.parse. Nothing else is checked. */
export function bare(publicKey: string): Verify {
  const key = createPublicKey(publicKey)
  return (request) => {
    const token = tokenOf(request)
    const dot = token.lastIndexOf('.')
    const input = Buffer.from(token.slice(0, Math.max(dot, 0)))
    const signature = Buffer.from(token.slice(dot + 1), 'base64url')
    if (!verifySignature('sha256', input, key, signature)) return undefined
    const payload = Buffer.from(token.slice(token.indexOf('.') + 1, dot), 'base64url')
    return userOf(JSON.parse(payload.toString()) as object)
  }
}
