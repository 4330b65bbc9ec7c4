import { canonicalJson, matches, parseFilters, type Filters } from '@countersign/filters'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAuthenticator, searchIntegration } from '../../src/index.ts'
import { NOW, curve } from './customers.ts'
import { askedFilters, signedFilters, someDocuments } from './filter-values.ts'
import { parameters, patience, seed } from './runs.ts'
import { token } from './signing.ts'
import { Tally, verdictOf } from './verdicts.ts'

// Law 2: the effective filter never matches a document that the token's filter excludes.

const ISSUER = 'https://auth.acme.example'
const claims = {
  iss: ISSUER,
  aud: 'https://api.inkeep.com',
  integrationId: 'acme',
  exp: NOW + 600,
}

// What is merged can be as large as both together.
const LIMITS = { depth: 32, nodes: 1024, values: 1024, bytes: 65_536 }

/** Read again from JSON, as the engine behind the handler would. */
function readAgain(wire: unknown): Filters {
  return parseFilters(JSON.parse(JSON.stringify(wire)), { source: 'body', limits: LIMITS })
}

describe.each(['precedence', 'intersect', 'strict', 'replace'] as const)('policy %s', (policy) => {
  const authenticator = createAuthenticator({
    profile: searchIntegration({ algorithms: ['ES256'], apiKey: false, filters: { policy } }),
    tenants: [{ id: 'acme', keys: [curve.tenantKey], issuer: ISSUER }],
    now: () => NOW * 1000,
  })

  async function bind(
    signed: object | undefined,
    body: unknown,
  ): Promise<ReturnType<typeof authenticator.bindBody>> {
    const outcome = await authenticator.authenticate({
      headers: { 'user-token': token({ ...claims, ...(signed && { filters: signed }) }, curve) },
    })
    if (!outcome.ok) throw outcome.error
    return authenticator.bindBody(outcome.identity, body)
  }

  test(
    'no body makes the effective filter match what the signed one excludes',
    { timeout: patience(120_000) },
    async () => {
      const tally = new Tally()
      const parameter = parameters(`law 2, ${policy}`, 2000)
      await fc.assert(
        fc.asyncProperty(
          signedFilters,
          askedFilters,
          someDocuments(seed),
          async (signed, asked, candidates) => {
            const outcome = await bind(signed, { integrationId: 'acme', filters: asked })
            tally.add(verdictOf(outcome))
            if (!outcome.ok) {
              expect([policy, outcome.error.code]).toEqual(['strict', 'filter_conflict'])
              return
            }
            const { identity, body, dropped } = outcome
            const effective = readAgain(identity.filters)
            const handed = readAgain((body as { filters: unknown }).filters)
            expect(canonicalJson(handed)).toBe(canonicalJson(effective))
            if (dropped.length > 0) tally.add('dropped')

            const said = parseFilters(signed, { source: 'token' })
            const wanted = parseFilters(asked, { source: 'body' })
            for (const candidate of candidates) {
              const shown = matches(effective, candidate)
              const allowed = matches(said, candidate)
              const asks = matches(wanted, candidate)
              const story = (): string => JSON.stringify([signed, asked, candidate])
              if (shown && !allowed) throw new Error(`widened: ${story()}`)
              if (shown) tally.add('shown')
              if (!allowed && asks) tally.add('withheld')
              // Nothing is lost in silence either: what was not dropped holds, and nothing else is held back.
              if (dropped.length === 0 && shown !== (allowed && asks))
                throw new Error(`lost: ${story()}`)
              if (policy === 'replace' && shown !== allowed)
                throw new Error(`not replaced: ${story()}`)
            }
          },
        ),
        parameter,
      )
      process.stdout.write(`law 2, ${policy}: ${tally.text}\n`)

      // Not vacuous: documents were shown, others withheld that the body asked for, and policies differed.
      tally.expectReached(['ok', 'shown', 'withheld'], parameter, 100)
      const telling = {
        precedence: 'dropped',
        replace: 'dropped',
        strict: 'filter_conflict',
      } as const
      if (policy === 'intersect') expect(tally.of('dropped') + tally.of('filter_conflict')).toBe(0)
      else tally.expectReached([telling[policy]], parameter, 100)
    },
  )

  test('a body without filters is held to the signed one, whole', async () => {
    await fc.assert(
      fc.asyncProperty(signedFilters, async (signed) => {
        const said = canonicalJson(parseFilters(signed, { source: 'token' }))
        for (const body of [{}, { integrationId: 'acme' }, undefined]) {
          const outcome = await bind(signed, body)
          if (!outcome.ok) throw outcome.error
          expect(canonicalJson(readAgain(outcome.identity.filters))).toBe(said)
          if (body === undefined) continue
          const { filters } = outcome.body as { filters: unknown }
          expect(canonicalJson(readAgain(filters))).toBe(said)
        }
      }),
      parameters(`law 2, ${policy}, no filters in the body`, 200),
    )
  })
})
