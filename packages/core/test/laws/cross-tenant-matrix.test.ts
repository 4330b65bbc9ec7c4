import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  createAuthenticator,
  defineProfile,
  type AuthErrorCode,
  type AuthenticatorOptions,
  type Profile,
  type Tenant,
} from '../../src/index.ts'
import { hmacKey, token, type SigningKey } from './signing.ts'

const NOW = 1_800_000_000
const NAMES = ['alpha', 'beta'] as const
type Name = (typeof NAMES)[number]
const ABSENT = undefined
const CHOICES: readonly (Name | undefined)[] = [ABSENT, ...NAMES]

const KEYS: Readonly<Record<Name, SigningKey>> = {
  alpha: hmacKey('alpha-0123456789-0123456789-0123456789'),
  beta: hmacKey('beta-9876543210-9876543210-9876543210'),
}
const apiKeyOf = (name: Name): string => `api-key-of-${name}`
const tenantOf = (name: Name): Tenant => ({
  id: name,
  keys: [KEYS[name].tenantKey],
  apiKeyHashes: [`sha256:${createHash('sha256').update(apiKeyOf(name)).digest('hex')}`],
})
const tenants = NAMES.map(tenantOf)

function profileOf(apiKey: boolean, when: 'required' | 'when-present'): Profile<undefined> {
  return defineProfile({
    name: 'five-names',
    algorithms: ['HS256'],
    token: { header: 'user-token', scheme: null },
    tenant: {
      claim: 'org',
      hint: 'x-org',
      apiKey: apiKey ? { header: 'authorization', scheme: 'Bearer' } : null,
    },
    issuer: null,
    audience: null,
    type: null,
    maxLifetime: 900,
    user: { id: { claim: 'sub', required: true }, email: null, roles: null, plan: null },
    filters: null,
    userAttributes: null,
    body: { tenant: ['org_id'], when },
  })
}

/** All the places that name a tenant, and who signed. */
interface Row {
  readonly option: Name | undefined
  readonly hint: Name | undefined
  readonly claim: Name | undefined
  readonly body: Name | undefined
  readonly apiKey: Name | undefined
  readonly signer: Name
}

const rows: readonly Row[] = CHOICES.flatMap((option) =>
  CHOICES.flatMap((hint) =>
    CHOICES.flatMap((claim) =>
      CHOICES.flatMap((body) =>
        CHOICES.flatMap((apiKey) =>
          NAMES.map((signer) => ({ option, hint, claim, body, apiKey, signer })),
        ),
      ),
    ),
  ),
)

type Verdict = AuthErrorCode | 'ok'

/** The rules of design sections 2, 4 and 7, written down a second time. */
function expected(row: Row, usesApiKeys: boolean, when: 'required' | 'when-present'): Verdict {
  const { option, hint, claim, body, signer } = row
  const apiKey = usesApiKeys ? row.apiKey : undefined
  if (usesApiKeys && apiKey === undefined) return 'api_key_rejected'
  const named = new Set([option, hint, apiKey, claim].filter((name) => name !== undefined))
  if (named.size > 1) return 'tenant_mismatch'
  const [tenant] = named
  if (tenant === undefined) return 'token_rejected' // nobody says whose key to use
  if (signer !== tenant) return 'token_rejected'
  if (claim === undefined) return 'claims_invalid'
  if (body === undefined ? when === 'required' : body !== tenant) return 'tenant_mismatch'
  return 'ok'
}

type TenantOption = AuthenticatorOptions['tenant']
const FORMS: Readonly<Record<string, (name: Name | undefined) => TenantOption>> = {
  'an id': (name) => name,
  'a function of the request': (name) => () => name,
}

const tokens = new Map<string, string>()
function tokenOf({ claim, signer }: Row): string {
  const name = `${claim}/${signer}`
  const made =
    tokens.get(name) ??
    token(
      { ...(claim !== undefined && { org: claim }), sub: 'user', iat: NOW, exp: NOW + 600 },
      KEYS[signer],
    )
  tokens.set(name, made)
  return made
}

const STATUS: Readonly<Partial<Record<Verdict, number>>> = {
  api_key_rejected: 401,
  token_rejected: 401,
  claims_invalid: 401,
  tenant_mismatch: 403,
}

describe.each(Object.entries(FORMS))('with the tenant option as %s', (_form, optionOf) => {
  describe.each([true, false])('API keys: %s', (usesApiKeys) => {
    test.each(['required', 'when-present'] as const)(
      'cross-tenant requests, all 486 rows, body tenant %s: only what agrees in every place passes',
      async (when) => {
        const profile = profileOf(usesApiKeys, when)
        const authenticators = new Map(
          CHOICES.map((name) => {
            const option = optionOf(name)
            const tenant = option === undefined ? {} : { tenant: option }
            return [
              name,
              createAuthenticator({ profile, tenants, now: () => NOW * 1000, ...tenant }),
            ]
          }),
        )
        const seen = new Map<Verdict, number>()
        expect(rows).toHaveLength(486)
        for (const row of rows) {
          const authenticator = authenticators.get(row.option)
          if (authenticator === undefined) throw new Error('every option has its authenticator')
          const headers = {
            'user-token': tokenOf(row),
            ...(row.hint !== undefined && { 'x-org': row.hint }),
            ...(usesApiKeys &&
              row.apiKey !== undefined && { authorization: `Bearer ${apiKeyOf(row.apiKey)}` }),
          }
          const body = { question: '?', ...(row.body !== undefined && { org_id: row.body }) }
          const first = await authenticator.authenticate({ headers })
          const outcome = first.ok ? authenticator.bindBody(first.identity, body) : first
          const verdict = outcome.ok ? 'ok' : outcome.error.code
          expect([row, verdict]).toEqual([row, expected(row, usesApiKeys, when)])
          if (outcome.ok) {
            expect(outcome.identity.tenantId).toBe(row.signer)
            expect(row.claim).toBe(row.signer)
          } else expect(outcome.error.status).toBe(STATUS[outcome.error.code])
          seen.set(verdict, (seen.get(verdict) ?? 0) + 1)
        }
        // Each answer of the model was really met.
        const codes: Verdict[] = ['ok', 'token_rejected', 'tenant_mismatch', 'claims_invalid']
        if (usesApiKeys) codes.push('api_key_rejected')
        expect([...seen.keys()].toSorted()).toEqual(codes.toSorted())
      },
    )
  })
})

test('a whole tenant as the option knows no other tenant, not even by its API key', async () => {
  const authenticator = createAuthenticator({
    profile: profileOf(true, 'required'),
    tenant: tenantOf('alpha'),
    now: () => NOW * 1000,
  })
  for (const row of rows.filter(({ option }) => option === undefined)) {
    const headers = {
      'user-token': tokenOf(row),
      ...(row.hint !== undefined && { 'x-org': row.hint }),
      ...(row.apiKey !== undefined && { authorization: `Bearer ${apiKeyOf(row.apiKey)}` }),
    }
    const first = await authenticator.authenticate({ headers })
    const outcome = first.ok ? authenticator.bindBody(first.identity, { org_id: row.body }) : first
    const verdict = outcome.ok ? 'ok' : outcome.error.code
    const model =
      row.apiKey === 'alpha'
        ? expected({ ...row, option: 'alpha' }, true, 'required')
        : 'api_key_rejected'
    expect([row, verdict]).toEqual([row, model])
  }
})
