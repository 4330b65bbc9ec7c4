import { matches, parseFilters, type Filters } from '@countersign/filters'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createAuthenticator,
  searchIntegration,
  type Authenticator,
  type BindOutcome,
  type Tenant,
} from '../../src/index.ts'
import { NOW, curve } from './customers.ts'
import { askedFilters, signedFilters, someDocuments } from './filter-values.ts'
import { parameters, patience, seed } from './runs.ts'
import { token } from './signing.ts'
import { Tally } from './verdicts.ts'

// Law 8, second half: leaving the token out never gives more documents than sending it.

const ISSUER = 'https://auth.acme.example'
const LIMITS = { depth: 32, nodes: 1024, values: 1024, bytes: 65_536 }
const readAgain = (wire: unknown): Filters => parseFilters(wire, { source: 'body', limits: LIMITS })

function deskOf(
  policy: 'precedence' | 'intersect' | 'strict' | 'replace',
  tenant: Pick<Tenant, 'requiredFilterAttributes' | 'anonymousFilters'>,
): Authenticator<undefined> {
  return createAuthenticator({
    profile: searchIntegration({ algorithms: ['ES256'], apiKey: false, filters: { policy } }),
    tenant: { id: 'acme', keys: [curve.tenantKey], issuer: ISSUER, requireUser: false, ...tenant },
    now: () => NOW * 1000,
  })
}

async function bind(
  desk: Authenticator<undefined>,
  signed: unknown,
  body: object,
): Promise<BindOutcome<undefined>> {
  const claims = {
    iss: ISSUER,
    aud: 'https://api.inkeep.com',
    integrationId: 'acme',
    exp: NOW + 600,
    ...(signed !== NO_FILTERS && { filters: signed }),
  }
  const outcome = await desk.authenticate({
    headers: signed === NO_TOKEN ? {} : { 'user-token': token(claims, curve) },
  })
  if (!outcome.ok) return outcome
  expect(outcome.identity.kind).toBe(signed === NO_TOKEN ? 'anonymous' : 'verified')
  return desk.bindBody(outcome.identity, body)
}

const NO_TOKEN = Symbol('no token')
const NO_FILTERS = Symbol('no filters')

describe.each(['precedence', 'intersect', 'strict', 'replace'] as const)('policy %s', (policy) => {
  test(
    'without a token a request is held to anonymousFilters, exactly as if they were signed',
    { timeout: patience(120_000) },
    async () => {
      const tally = new Tally()
      const parameter = parameters(`law 8, ${policy}`, 100)
      await fc.assert(
        fc.asyncProperty(
          signedFilters,
          fc.option(askedFilters, { nil: undefined }),
          someDocuments(seed),
          async (anonymous, asked, candidates) => {
            const anonymousFilters = {
              attributes: {
                $and: [
                  { org: { $in: ['a', 'b'] } },
                  (anonymous as { attributes: object }).attributes,
                ],
              },
            } as NonNullable<Tenant['anonymousFilters']>
            const desk = deskOf(policy, { requiredFilterAttributes: ['org'], anonymousFilters })
            const body = asked === undefined ? {} : { filters: asked }
            const without = await bind(desk, NO_TOKEN, body)
            const having = await bind(desk, anonymousFilters, body)
            expect(without.ok).toBe(having.ok)
            if (!without.ok || !having.ok) {
              expect([policy, without.ok || without.error.code]).toEqual([
                'strict',
                'filter_conflict',
              ])
              tally.add('conflict')
              return
            }
            expect(without.identity.filters).toEqual(having.identity.filters)
            expect(without.body).toEqual(having.body)
            expect(without.dropped).toEqual(having.dropped)

            // Whatever it asks for, it sees what is public, or less.
            const effective = readAgain(without.identity.filters)
            const allowed = parseFilters(anonymousFilters, { source: 'token' })
            for (const candidate of candidates) {
              if (!matches(effective, candidate)) continue
              tally.add('shown')
              if (!matches(allowed, candidate)) throw new Error(JSON.stringify([asked, candidate]))
            }

            // A token that allows more than what is public shows all that is shown without one.
            const wider = { attributes: { org: { $in: ['a', 'b', 'c'] } } }
            const sending = await bind(desk, wider, {})
            const leavingOut = await bind(desk, NO_TOKEN, {})
            if (!sending.ok || !leavingOut.ok) throw new Error('nothing here conflicts')
            const [more, less] = [sending, leavingOut].map(({ identity }) =>
              readAgain(identity.filters),
            )
            for (const candidate of candidates)
              if (less && more && matches(less, candidate) && !matches(more, candidate))
                throw new Error(`more without a token: ${JSON.stringify(candidate)}`)
          },
        ),
        parameter,
      )
      process.stdout.write(`law 8, ${policy}: ${tally.text}\n`)
      tally.expectReached(['shown'], parameter)
    },
  )

  test('a required attribute is required without a token as well', async () => {
    const narrow = { attributes: { org: 'a' } }
    const other = { attributes: { $or: [{ org: 'a' }, { env: 'a' }] } }
    const desk = deskOf(policy, { requiredFilterAttributes: ['org'], anonymousFilters: narrow })
    expect((await bind(desk, NO_TOKEN, {})).ok).toBe(true)
    for (const signed of [NO_FILTERS, other, { attributes: { env: 'a' } }]) {
      const outcome = await bind(desk, signed, {})
      expect(outcome.ok || outcome.error.code).toBe('filters_missing')
    }
    const loose = deskOf(policy, { requiredFilterAttributes: ['org'], anonymousFilters: other })
    const outcome = await bind(loose, NO_TOKEN, { filters: narrow })
    expect(outcome.ok || outcome.error.code).toBe('filters_missing')
  })

  test('a tenant that requires attributes but holds anonymous requests to nothing is refused', () => {
    expect(() => deskOf(policy, { requiredFilterAttributes: ['org'] })).toThrow(/anonymousFilters/)
  })
})
