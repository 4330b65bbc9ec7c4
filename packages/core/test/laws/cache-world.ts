import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import {
  createAuthenticator,
  defineProfile,
  memoryDirectory,
  type Authenticator,
  type AuthenticatorOptions,
  type AuthRequest,
  type Identity,
  type Outcome,
  type Revocation,
  type Tenant,
  type TenantKey,
} from '../../src/index.ts'
import { hmacKey, token, type SigningKey } from './signing.ts'
import { verdictOf, type Tally } from './verdicts.ts'

// A small world with a clock, two tenants, a revocation list and some tokens, which a cached authenticator and a fresh one
// look at together.

export const START = 1_800_000_000
export const TENANTS = ['acme', 'globex'] as const
export type TenantName = (typeof TENANTS)[number]
const ISSUERS = ['https://one.example', 'https://two.example'] as const

export const profile = defineProfile({
  name: 'model',
  algorithms: ['HS256'],
  token: { header: 'authorization', scheme: 'Bearer' },
  tenant: { claim: 'org', hint: 'x-org', apiKey: null },
  issuer: 'tenant',
  audience: null,
  type: null,
  maxLifetime: 3600,
  user: { id: { claim: 'sub', required: true }, email: null, roles: null, plan: null },
  filters: { claim: 'filters', body: 'filters' },
  userAttributes: null,
  body: { tenant: ['org_id'], when: 'when-present' },
})

const signers: Readonly<Record<TenantName, readonly SigningKey[]>> = {
  acme: [0, 1, 2].map((n) => hmacKey(`acme-${n}-0123456789-0123456789-0123456789`, `k${n}`)),
  globex: [0, 1, 2].map((n) => hmacKey(`globex-${n}-9876543210-9876543210-98765432`, `k${n}`)),
}

export interface ModelToken {
  readonly text: string
  readonly tenant: TenantName
  readonly jti: string
  readonly exp: number
}

const SHAPES: readonly {
  iat?: number
  nbf?: number
  exp: number
  key: number
  kid?: boolean
  iss?: number
  team?: string
}[] = [
  { iat: 0, exp: 600, key: 0 },
  { iat: 0, exp: 3600, key: 0, kid: true },
  { exp: 40, key: 0, team: 'sales' },
  { iat: 0, nbf: 100, exp: 900, key: 1, kid: true, team: 'sales' },
  { iat: 50, exp: 1200, key: 1 },
  { iat: -300, exp: 300, key: 2, iss: 1 },
  { exp: 3500, key: 2, kid: true, team: 'ops' },
  { iat: 3000, exp: 6000, key: 0 },
]

export const tokens: readonly ModelToken[] = TENANTS.flatMap((tenant) =>
  SHAPES.map(({ iat, nbf, exp, key, kid, iss = 0, team }, n) => {
    const jti = `${tenant}-${n}`
    const signer = signers[tenant][key] as SigningKey
    const claims = {
      org: tenant,
      sub: `user-${n}`,
      jti,
      iss: ISSUERS[iss],
      exp: START + exp,
      ...(iat !== undefined && { iat: START + iat }),
      ...(nbf !== undefined && { nbf: START + nbf }),
      ...(team !== undefined && { filters: { attributes: { team } } }),
    }
    const header = { alg: 'HS256', ...(kid === true && { kid: `k${key}` }) }
    return { text: token(claims, signer, header), tenant, jti, exp: START + exp }
  }),
)

/** What a tenant's record can be changed to. */
export interface Change {
  readonly keys?: readonly {
    readonly key: number
    readonly from?: number
    readonly until?: number
  }[]
  readonly issuer?: string | null
  readonly maxLifetime?: number | undefined
  readonly requiredFilterAttributes?: readonly string[]
  readonly requireUser?: boolean
}

export const CHANGES: Readonly<Record<string, Change>> = {
  'rotates to its second key': { keys: [{ key: 1 }] },
  'goes back to its first key': { keys: [{ key: 0 }] },
  'has all of its keys': { keys: [{ key: 2 }, { key: 1 }, { key: 0 }] },
  'has a key that ends': {
    keys: [
      { key: 0, until: 300 },
      { key: 1, from: 300 },
    ],
  },
  'has a key that begins': { keys: [{ key: 0, from: 120 }, { key: 2 }] },
  'takes another issuer': { issuer: ISSUERS[1] },
  'takes its first issuer again': { issuer: ISSUERS[0] },
  'takes any issuer': { issuer: null },
  'tightens the lifetime': { maxLifetime: 700 },
  'tightens the lifetime more': { maxLifetime: 100 },
  'lifts the lifetime': { maxLifetime: undefined },
  'requires a filter': { requiredFilterAttributes: ['team'] },
  'requires no filter': { requiredFilterAttributes: [] },
  'lets anonymous users in': { requireUser: false },
  'requires a user': { requireUser: true },
}

export function firstRecord(tenant: TenantName): Tenant {
  return change(
    {
      id: tenant,
      keys: [],
      issuer: ISSUERS[0],
      requireUser: tenant === 'acme',
      anonymousFilters: { attributes: { team: 'public' } },
    },
    { keys: [{ key: 0 }, { key: 1 }, { key: 2 }] },
  )
}

export function change(record: Tenant, { keys, ...members }: Change): Tenant {
  const { maxLifetime, ...rest } = { ...record, ...members }
  const found = keys?.map(({ key, from, until }): TenantKey => ({
    ...(signers[record.id as TenantName][key] as SigningKey).tenantKey,
    ...(from !== undefined && { notBefore: START + from }),
    ...(until !== undefined && { notAfter: START + until }),
  }))
  return {
    ...rest,
    ...(found && { keys: found }),
    ...(maxLifetime !== undefined && { maxLifetime }),
  }
}

/** An identity that was given out, to be looked at again later. */
export interface GivenOut {
  readonly identity: Identity
  readonly token: ModelToken
}

/** What both authenticators see. */
export class World {
  now = START * 1000
  readonly records = new Map<TenantName, Tenant>(TENANTS.map((name) => [name, firstRecord(name)]))
  readonly revoked = new Set<string>()
  revocationIsDown = false
  readonly given: GivenOut[] = []
  readonly tally: Tally
  readonly clock = (): number => this.now
  readonly revocation: Revocation = {
    isRevoked: ({ jti }) => {
      if (this.revocationIsDown) throw new Error('down')
      return jti !== undefined && this.revoked.has(jti)
    },
  }

  constructor(tally: Tally) {
    this.tally = tally
  }

  options(): Omit<AuthenticatorOptions<undefined>, 'tenants'> {
    return { profile, now: this.clock, revocation: this.revocation }
  }

  /** An authenticator that remembers no token, over one record, or none. */
  fresh(record: Tenant | undefined): Authenticator<undefined> {
    seen.by = this
    const text = JSON.stringify(record ?? null)
    let judge = judges.get(text)
    if (judge === undefined || judge.used === JUDGE_LASTS) {
      judge = { authenticator: createJudge(record), used: 0 }
      judges.set(text, judge)
    }
    judge.used += 1
    return judge.authenticator
  }
}

// There are some hundred different records, and making an authenticator for each verdict takes longer than the verdict.
// One is made anew now and then: if it did remember anything, that would be a difference.
const JUDGE_LASTS = 50
const judges = new Map<string, { readonly authenticator: Authenticator<undefined>; used: number }>()
const seen: { by?: World } = {}

function createJudge(record: Tenant | undefined): Authenticator<undefined> {
  return createAuthenticator({
    profile,
    now: () => (seen.by as World).now,
    revocation: { isRevoked: (query) => (seen.by as World).revocation.isRevoked(query) },
    tenants: memoryDirectory(record === undefined ? [] : [record]),
    tokenCache: false,
    directoryCache: { maxEntries: 1 }, // nothing is kept of a memory directory; this only saves setting memory aside
  })
}

export function requestOf(text: string | undefined, hint: TenantName | undefined): AuthRequest {
  return {
    headers: {
      ...(text !== undefined && { authorization: `Bearer ${text}` }),
      ...(hint !== undefined && { 'x-org': hint }),
    },
  }
}

/** Two outcomes are the same when a client and a handler cannot tell them apart. */
export function expectSame(cached: Outcome, fresh: Outcome): void {
  const said = (outcome: Outcome): unknown =>
    outcome.ok ? outcome.identity : [outcome.error.code, outcome.error.claim, outcome.error.reason]
  // The matcher writes a better message, and takes longer.
  if (!isDeepStrictEqual(said(cached), said(fresh))) expect(said(cached)).toEqual(said(fresh))
  expect(verdictOf(cached)).toBe(verdictOf(fresh))
}
