// "Whatever `sign` accepts, the matching profile accepts, and the identity says what was signed; whatever it refuses, it
// names." The gateway is the strictest there is: no tolerance.
import { searchIntegration, type Authenticator, type VerifiedIdentity } from '@countersign/core'
import { parseFilters } from '@countersign/filters'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import {
  SignerError,
  type SearchIntegrationClaims,
  type Signer,
  type SupportWidgetClaims,
} from '../src/index.ts'
import {
  anything,
  placesIn,
  pointerOf,
  poison,
  replaced,
  searchClaims,
  widgetClaims,
} from './fixtures/claims.ts'
import { holds } from './fixtures/property.ts'
import {
  AUDIENCE,
  ISSUER,
  searchGateway,
  searchSigner,
  widgetGateway,
  widgetSigner,
} from './fixtures/signers.ts'

let ms = 0
const now = (): number => ms

/** One kind of token, and what a gateway should say of it. */
interface Kind<Claims> {
  readonly name: string
  readonly signer: Signer<Claims>
  readonly gateway: Authenticator<undefined>
  readonly claims: fc.Arbitrary<Claims>
  readonly maxLifetime: number
  readonly expected: (claims: Claims) => Partial<VerifiedIdentity>
  readonly claimed: object
}

const json = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
const nonEmpty = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

const widget: Kind<SupportWidgetClaims> = {
  name: 'support-widget',
  signer: widgetSigner({ now }),
  gateway: widgetGateway(now),
  claims: widgetClaims,
  maxLifetime: 3600,
  expected: ({ userId, userEmail, userRoles = [], plan }) => ({
    tenantId: 'ten_acme',
    userId,
    userEmail,
    userRoles,
    plan,
    userAttributes: {},
    filters: undefined,
  }),
  claimed: { tenantId: 'ten_acme' },
}

const search: Kind<SearchIntegrationClaims> = {
  name: 'search-integration',
  signer: searchSigner('EdDSA', { now }),
  gateway: searchGateway('EdDSA', now),
  claims: searchClaims,
  maxLifetime: 86_400,
  expected({ userId, userEmail, sub, filters, userAttributes = {} }) {
    return {
      tenantId: 'int_docs',
      userId: userId ?? nonEmpty(userAttributes['userId']) ?? sub,
      userEmail: userEmail ?? nonEmpty(userAttributes['userEmail']),
      userRoles: [],
      plan: undefined,
      userAttributes: json(userAttributes),
      filters: filters && (json(parseFilters(filters, { source: 'token' })) as never),
    }
  },
  claimed: { iss: ISSUER, aud: AUDIENCE, integrationId: 'int_docs' },
}

const kinds = [widget, search] as readonly Kind<object>[]

/** Holds an identity against what was signed. */
function expectSaid(kind: Kind<object>, given: object, identity: VerifiedIdentity): void {
  const { filters, ...rest } = kind.expected(given)
  for (const [name, value] of Object.entries(rest))
    expect([name, identity[name as keyof VerifiedIdentity]]).toEqual([name, value])
  expect(filters).toEqual(identity.filters === undefined ? undefined : json(identity.filters))
  // Nothing was added, and nothing left out.
  const { claims: own = {}, ...members } = json(given) as { claims?: object }
  const { iat, exp } = identity.claims
  expect(json(identity.claims)).toEqual({ ...kind.claimed, ...members, ...own, iat, exp })
}

describe.each(kinds)('$name', (kind) => {
  const { signer, gateway, claims, maxLifetime } = kind

  test('what is signed is accepted from the first moment to the last, and says what was signed', async () => {
    await holds(
      200,
      fc.asyncProperty(
        claims,
        fc.integer({ min: 1, max: maxLifetime }),
        fc.integer({ min: 0, max: 4e12 }),
        async (given, expiresIn, at) => {
          ms = at
          const token = await signer.sign(given, { expiresIn })
          const iat = Math.floor(at / 1000)
          const identity = await gateway.verify(token)
          expectSaid(kind, given, identity)
          expect([identity.issuedAt, identity.expiresAt]).toEqual([iat, iat + expiresIn])
          ms = (iat + expiresIn) * 1000 - 1
          expect((await gateway.verify(token)).kind).toBe('verified')
          ms += 1
          await expect(gateway.verify(token)).rejects.toMatchObject({ code: 'token_expired' })
        },
      ),
    )
  })

  test('anything that is not JSON, anywhere in claims that are good: refused, and the place is named', async () => {
    await holds(
      300,
      fc.asyncProperty(claims, fc.nat(), poison, async (given, pick, bad) => {
        const places = placesIn(given)
        const path = places[pick % places.length] ?? []
        const error: unknown = await signer
          .sign(replaced(given, path, bad) as object)
          .then(() => new Error('it was signed'))
          .catch((reason: unknown) => reason)
        if (!(error instanceof SignerError)) throw error
        const pointer = pointerOf(path)
        expect(`${error.pointer}/`).toSatisfy((at: string) => at.startsWith(`${pointer}/`))
      }),
    )
  })

  let signed = 0
  let refused = 0
  test('whatever it is given: refused with a place in it, or accepted with what was signed', async () => {
    await holds(
      600,
      fc.asyncProperty(anything, async (given) => {
        ms = 1_800_000_000_000
        let token: string
        try {
          token = await signer.sign(given as object)
        } catch (error) {
          if (!(error instanceof SignerError)) throw error
          refused += 1
          expectPlace(given, error)
          return
        }
        signed += 1
        expectSaid(kind, given as object, await gateway.verify(token))
      }),
    )
  })
  afterAll(() => {
    // Neither half of the last property is empty.
    if (signed + refused < 500) return
    expect(signed).toBeGreaterThan(50)
    expect(refused).toBeGreaterThan(50)
  })
})

/** The pointer leads to what was given; only what is missing is not there. */
function expectPlace(given: unknown, { pointer, code }: SignerError): void {
  const segments = pointer.split('/').slice(1)
  const last = segments.pop()
  let place: unknown = given
  for (const segment of segments) place = step(place, segment)
  if (last === undefined) return
  expect([pointer, typeof place === 'object' && place !== null]).toEqual([pointer, true])
  const isThere = Object.hasOwn(place as object, unescaped(last))
  // A hole in a list is a place too.
  expect([pointer, isThere || Array.isArray(place)]).toEqual([pointer, code !== 'missing'])
}

const unescaped = (segment: string): string => segment.replaceAll('~1', '/').replaceAll('~0', '~')
const step = (place: unknown, segment: string): unknown =>
  (place as Record<string, unknown>)[unescaped(segment)]

describe('RS256, with an API key, in the gateway of the second document', () => {
  test('the signer’s defaults are the profile’s', async () => {
    const { audience, maxLifetime } = searchIntegration()
    expect(audience).toEqual([AUDIENCE])
    expect(searchSigner('RS256').expiresIn).toBe(maxLifetime)
    const identity = await searchGateway('RS256').verify(
      await searchSigner('RS256').sign({ userAttributes: { userId: '42' } }),
    )
    expect(identity).toMatchObject({ userId: '42', claims: { iss: ISSUER, aud: AUDIENCE } })
  })
})
