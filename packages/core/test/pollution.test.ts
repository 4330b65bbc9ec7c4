import { describe, expect, it } from 'vitest'
import { createGate } from '../src/adapter/gate.ts'
import { createAuthenticator, type Authenticator } from '../src/authenticator.ts'
import { judgeClaims } from '../src/claims.ts'
import { AuthError } from '../src/errors.ts'
import { defineProfile } from '../src/profile.ts'
import { memoryDirectory } from '../src/directory/memory.ts'
import type { Identity } from '../src/identity.ts'
import { prepareTenant } from '../src/tenant.ts'
import { createTenantLookup } from '../src/tenant-lookup.ts'
import { OTHER_SECRET, SECRET } from './fixtures/keys.ts'
import { plainRules } from './fixtures/profiles.ts'
import { NOW, acmeSigner, sign, widgetToken } from './fixtures/tokens.ts'

const now = (): number => NOW * 1000
const keys = [{ alg: 'HS256' as const, secret: SECRET }]
const rules = {
  ...plainRules,
  user: { id: { claim: 'userId' }, email: 'userEmail', roles: 'roles', plan: 'plan' },
  filters: { claim: 'filters', body: 'filters' },
  userAttributes: { claim: 'attributes', body: ['attributes'] },
  body: { tenant: ['tenantId'], when: 'required' as const },
}

/** Tenants that say no more than they have to; asked afresh, so that records are read under pollution. */
const authenticator = (): Authenticator<undefined> =>
  createAuthenticator({
    profile: defineProfile(rules),
    tenants: { find: (id) => (id === 'acme' || id === 'globex' ? { id, keys } : null) },
    directoryCache: false,
    now,
  })

// What an own member says, and what a reader of the property sees: in a polluted process the two can differ.
const MEMBERS = [
  'kind',
  'tenantId',
  'userId',
  'userEmail',
  'userRoles',
  'plan',
  'userAttributes',
  'filters',
  'issuedAt',
  'expiresAt',
  'custom',
  'bodyBound',
] as const
const seen = (identity: Identity): unknown =>
  MEMBERS.map((name) => [name, JSON.stringify(identity[name])])

type Told =
  | { readonly ok: true; readonly identity: Identity; readonly body?: unknown }
  | {
      readonly ok: false
      readonly error: { readonly code: string; readonly reason?: string | undefined }
    }
const tell = (outcome: Told): unknown =>
  outcome.ok
    ? [
        seen(outcome.identity),
        Object.hasOwn(outcome, 'body') ? JSON.stringify(outcome.body) : undefined,
      ]
    : [outcome.error.code, outcome.error.reason]

const bare = {
  tenantId: 'acme',
  exp: NOW + 60,
  sub: 'of sub',
  attributes: { mail: 'of attributes' },
}
const tokens = [
  sign(bare, acmeSigner),
  sign({ ...bare, attributes: undefined }, acmeSigner),
  sign({ ...bare, tenantId: undefined }, acmeSigner),
  sign({ ...bare, exp: undefined }, acmeSigner),
]
const bodies = [undefined, {}, { tenantId: 'acme' }, { tenantId: 'acme', attributes: {} }]

/** Everything that a service does with an authenticator, made anew and told as plain data. */
async function everything(): Promise<unknown> {
  const told: unknown[] = []
  for (const auth of [authenticator()]) {
    for (const headers of [{}, ...tokens.map((token) => ({ authorization: `Bearer ${token}` }))]) {
      // Twice: the second time out of the cache.
      for (const request of [{ headers }, { headers }]) {
        const outcome = await auth.authenticate(request, {})
        told.push(tell(outcome))
        if (!outcome.ok) continue
        told.push(tell(await auth.recheck(outcome.identity)))
        for (const body of bodies) told.push(tell(auth.bindBody(outcome.identity, body, {})))
      }
    }
    told.push(
      await auth
        .verify(tokens[0] as string, {})
        .then(seen, (error: { code: string }) => error.code),
    )
    const anonymous = await auth.authenticate({ headers: {} }, { optional: true })
    told.push(tell(anonymous))
    if (anonymous.ok)
      for (const body of bodies) told.push(tell(auth.bindBody(anonymous.identity, body, {})))
  }
  const open = createAuthenticator({
    profile: defineProfile(plainRules),
    tenants: memoryDirectory([{ id: 'acme', keys, requireUser: false }]),
    tenant: 'acme',
    now,
  })
  told.push(tell(await open.authenticate({ headers: {} })))
  const gate = createGate(open)
  told.push(gate.bindsBody)
  const lookup = createTenantLookup({
    directory: memoryDirectory([{ id: 'acme', keys }]),
    fits: () => undefined,
    cache: false,
    timeoutMs: 100,
    now,
  })
  told.push(
    JSON.stringify(await lookup.byId('acme'), (name, value: unknown) =>
      name === 'material' ? 0 : value,
    ),
  )
  return told
}

async function polluted<T>(name: string, value: unknown, work: () => Promise<T>): Promise<T> {
  expect(name in Object.prototype).toBe(false)
  Object.assign(Object.prototype, { [name]: value })
  try {
    return await work()
  } finally {
    Reflect.deleteProperty(Object.prototype, name)
  }
}

describe('a polluted Object.prototype', () => {
  const passing = `Bearer ${widgetToken()}`

  it.each<[string, unknown]>([
    // rules of a profile
    ['fallback', 'sub'],
    ['attribute', 'mail'],
    ['policy', 'replace'],
    ['limits', { depth: 1 }],
    ['custom', { '~standard': { validate: () => ({ value: 'polluted' }) } }],
    // what identities say
    ['kind', 'verified'],
    ['plan', 'pro'],
    ['userId', 'polluted'],
    ['userEmail', 'polluted@acme.example'],
    ['roles', ['admin']],
    ['userRoles', ['admin']],
    ['userAttributes', { admin: true }],
    ['bodyBound', true],
    ['issuedAt', 5],
    ['expiresAt', 2 ** 40],
    // what claims and bodies say
    ['tenantId', 'acme'],
    ['filters', { attributes: { a: 1 } }],
    ['attributes', { a: 1 }],
    ['exp', NOW + 60],
    ['nbf', NOW + 600],
    ['iat', NOW - 10 ** 7],
    ['jti', 'polluted'],
    ['alg', 'none'],
    ['kid', 'polluted'],
    // options
    ['absent', true],
    ['optional', true],
    ['apiKey', 'polluted'],
    ['clockTolerance', 120],
    ['tokenCache', false],
    ['revocation', { isRevoked: () => true }],
    ['errors', 'throw'],
    // records of tenants
    ['requireUser', false],
    ['secret', OTHER_SECRET],
    ['publicKey', 'polluted'],
    ['jwk', {}],
    ['notAfter', 5],
    ['maxLifetime', 1],
    ['requiredFilterAttributes', ['a']],
    ['anonymousFilters', { attributes: { a: 1 } }],
    ['apiKeyHashes', []],
    ['revision', 'polluted'],
    // headers
    ['authorization', passing],
    ['x-tenant-key', 'globex'],
    ['headers', { authorization: passing }],
    ['origin', 'https://a.example'],
    ['body', { tenantId: 'acme' }],
  ])('with "%s" changes nothing', async (name, value) => {
    const clean = await everything()
    const dirty = await polluted(name, value, everything)
    expect(dirty).toEqual(clean)
    expect(name in Object.prototype).toBe(false)
  })

  // Node's own WebCrypto reads "required", jose reads "crit", and a request without rawHeaders inherits them: then less
  // may pass, never more and nothing else.
  it.each<[string, unknown]>([
    ['required', true],
    ['crit', ['b64']],
    ['rawHeaders', ['authorization', passing, 'authorization', passing]],
  ])('with "%s" lets nothing more pass', async (name, value) => {
    const passes = (told: unknown): string[] =>
      JSON.stringify(told).match(/\[\["kind",.*?"bodyBound","\w+"\]\]/g) ?? []
    const clean = new Set(passes(await everything()))
    const dirty = passes(await polluted(name, value, everything))
    expect(clean.size).toBeGreaterThan(3)
    expect(dirty.filter((pass) => !clean.has(pass))).toEqual([])
  })

  it('with "required" does not make a user required, nor one optional', async () => {
    const tenant = prepareTenant({ id: 'acme', keys })
    const judge = (id: string | object, value: boolean): Promise<unknown> =>
      polluted('required', value, async () => {
        const profile = defineProfile({ ...rules, user: { ...rules.user, id } } as typeof rules)
        const { identity } = judgeClaims(bare, profile, tenant, { now: NOW, tolerance: 0 })
        return Promise.resolve(identity.userId)
      })
    expect(await judge('userId', true)).toBeUndefined()
    expect(await judge({ claim: 'userId' }, true)).toBeUndefined()
    expect(await judge({ claim: 'userId', required: false }, true)).toBeUndefined()
    await expect(judge({ claim: 'userId', required: true }, false)).rejects.toThrow(AuthError)
  })

  it('would be noticed: what is told has passes and refusals of many kinds', async () => {
    const text = JSON.stringify(await everything())
    for (const part of [
      'token_missing',
      'token_rejected',
      'claims_invalid',
      'tenant_mismatch',
      'of attributes',
      'anonymous',
      'verified',
    ])
      expect(text).toContain(part)
  })
})
