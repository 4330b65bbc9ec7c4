import { createHmac, createSecretKey, timingSafeEqual, webcrypto } from 'node:crypto'
import { createAuthenticator, supportWidget } from '@countersign/core'
import { identified } from './identified.ts'
import { AUDIENCE, ISSUER, SECRET, widgetTenant } from './widget.ts'
import type { Verify, WireRequest } from './wire.ts'

const REQUIRED = ['exp', 'iss', 'aud', 'tenantId', 'userId']

const tokenOf = ({ headers }: WireRequest): string => (headers['authorization'] ?? '').slice(7)
const userOf = (payload: object): unknown => (payload as { userId?: unknown }).userId

/** This project, with a cache of that many tokens, or none. */
export function countersign(tenantId: string, maxEntries: number | false): Verify {
  const authenticator = createAuthenticator({
    profile: supportWidget({ issuer: ISSUER, audience: AUDIENCE }),
    tenants: [widgetTenant(tenantId)],
    tokenCache: maxEntries === false ? false : { maxEntries },
  })
  return (request) => identified(authenticator.authenticate(request))
}

/** With its cache of that many tokens, or none; `hashed: false` keys the cache by the token itself, as ours is. */
export async function fastJwt(cache: number | false, { hashed = true } = {}): Promise<Verify> {
  const { createVerifier } = await import('fast-jwt')
  const verify = createVerifier({
    key: SECRET,
    algorithms: ['HS256'],
    allowedIss: ISSUER,
    allowedAud: AUDIENCE,
    requiredClaims: REQUIRED,
    cache,
    ...(!hashed && { cacheKeyBuilder: (token: string) => token }),
  })
  return (request) => userOf(verify(tokenOf(request)) as object)
}

/** With the secret as a text, as its documentation has it, or as a key object. */
export async function jsonwebtoken(form: 'text' | 'key object'): Promise<Verify> {
  const { default: jwt } = await import('jsonwebtoken')
  const key = form === 'text' ? SECRET : createSecretKey(SECRET, 'utf8')
  const options = { algorithms: ['HS256' as const], issuer: ISSUER, audience: AUDIENCE }
  return (request) => userOf(jwt.verify(tokenOf(request), key, options) as object)
}

/** With a CryptoKey, which is the fastest for it. */
export async function jose(): Promise<Verify> {
  const { jwtVerify } = await import('jose')
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const bytes = new TextEncoder().encode(SECRET)
  const key = await webcrypto.subtle.importKey('raw', bytes, algorithm, false, ['verify'])
  const options = {
    algorithms: ['HS256'],
    issuer: ISSUER,
    audience: AUDIENCE,
    requiredClaims: REQUIRED,
  }
  return async (request) => userOf((await jwtVerify(tokenOf(request), key, options)).payload)
}

/** The least that can be done: one HMAC, one comparison, one JSON.parse. Nothing else is checked. */
export function bare(): Verify {
  const key = createSecretKey(SECRET, 'utf8')
  return (request) => {
    const token = tokenOf(request)
    const dot = token.lastIndexOf('.')
    const signature = Buffer.from(token.slice(dot + 1), 'base64url')
    const expected = createHmac('sha256', key)
      .update(token.slice(0, Math.max(dot, 0)))
      .digest()
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected))
      return undefined
    const payload = Buffer.from(token.slice(token.indexOf('.') + 1, dot), 'base64url')
    return userOf(JSON.parse(payload.toString()) as object)
  }
}
