import { createHash } from 'node:crypto'
import { defineProfile, type Profile, type Tenant } from '../../src/index.ts'
import { hmacKey, publicKey, type SigningKey } from './signing.ts'

// Two customers, and a profile for each kind of token that the properties run against.

/** Seconds since the epoch at which everything happens. */
export const NOW = 1_800_000_000

export const API_KEY = 'the-api-key-of-acme'
export const hashOf = (apiKey: string): string =>
  `sha256:${createHash('sha256').update(apiKey).digest('hex')}`

export const hmac: SigningKey = hmacKey('acme-0123456789-0123456789-0123456789', 'h1')
export const hmacOfGlobex: SigningKey = hmacKey('globex-9876543210-9876543210-987654321', 'h1')
export const curve: SigningKey = publicKey('ES256', { kid: 'e1' })
export const curveOfGlobex: SigningKey = publicKey('ES256', { kid: 'e1' })

const ISSUER = 'https://auth.acme.example'
const AUDIENCE = 'https://desk.example'

export const widgetTenants: readonly Tenant[] = [
  { id: 'acme', keys: [hmac.tenantKey], issuer: ISSUER },
  { id: 'globex', keys: [hmacOfGlobex.tenantKey], issuer: null },
]

export const deskTenants: readonly Tenant[] = [
  {
    id: 'acme',
    keys: [curve.tenantKey],
    issuer: ISSUER,
    apiKeyHashes: [hashOf(API_KEY)],
    requiredFilterAttributes: ['org'],
  },
  {
    id: 'globex',
    keys: [curveOfGlobex.tenantKey],
    issuer: null,
    requireUser: false,
    anonymousFilters: { attributes: { org: 'public' } },
    apiKeyHashes: [hashOf('the-api-key-of-globex')],
  },
]

/** Everything that a profile can have. */
export function deskProfile(
  policy: 'precedence' | 'intersect' | 'strict' | 'replace',
  { apiKey = true, validate = countClaims }: DeskOptions = {},
): Profile<string> {
  return defineProfile({
    name: 'desk',
    algorithms: ['ES256', 'RS256'],
    token: { header: 'user-token', scheme: null },
    tenant: {
      claim: 'org',
      hint: 'x-org',
      apiKey: apiKey ? { header: 'authorization', scheme: 'Bearer' } : null,
    },
    issuer: 'tenant',
    audience: AUDIENCE,
    type: null,
    maxLifetime: 900,
    user: {
      id: { claim: 'userId', attribute: 'userId', fallback: 'sub' },
      email: 'email',
      roles: 'roles',
      plan: 'plan',
    },
    filters: { claim: 'filters', body: 'filters', policy },
    userAttributes: { claim: 'userAttributes', body: ['userAttributes', 'user_attributes'] },
    body: { tenant: ['org_id'], when: 'when-present' },
    custom: { '~standard': { version: 1, vendor: 'test', validate } },
  })
}

interface DeskOptions {
  readonly apiKey?: boolean
  readonly validate?: (claims: unknown) => unknown
}

function countClaims(claims: unknown): unknown {
  return (claims as { custom?: unknown }).custom === 'refused'
    ? { issues: [{ message: 'refused' }] }
    : { value: String(Object.keys(claims as object).length) }
}

export const widgetClaims = {
  tenantId: 'acme',
  userId: 'usr_1',
  userEmail: 'me@acme.example',
  userRoles: ['user', 'admin'],
  plan: 'pro',
  iat: NOW,
  exp: NOW + 600,
} as const

export const deskClaims = {
  iss: ISSUER,
  aud: AUDIENCE,
  org: 'acme',
  sub: 'usr_1',
  jti: 'token-1',
  iat: NOW,
  exp: NOW + 600,
  filters: { attributes: { $and: [{ org: 'acme' }, { env: { $in: ['dev', 'test'] } }] } },
  userAttributes: { userId: 'usr_1', cohorts: ['a', 'b'] },
} as const
