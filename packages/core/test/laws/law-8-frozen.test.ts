import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createAuthenticator,
  searchIntegration,
  supportWidget,
  type Identity,
} from '../../src/index.ts'
import { NOW, curve, hmac, widgetClaims } from './customers.ts'
import { parameters, patience } from './runs.ts'
import { token } from './signing.ts'

// Law 8: an identity is frozen to the bottom, and one request cannot change what the next one sees.

const now = (): number => NOW * 1000
const ISSUER = 'https://auth.acme.example'

/** Everything that can be reached from a value. */
function reachable(value: unknown): readonly object[] {
  const found = new Set<object>()
  const open: unknown[] = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next !== 'object' || next === null || found.has(next)) continue
    found.add(next)
    for (const key of Reflect.ownKeys(next)) open.push(Reflect.get(next, key))
  }
  return [...found]
}

/** Tries everything that a handler could do to what it is given; tells how often it tried. */
function vandalise(value: unknown): number {
  let attempts = 0
  for (const object of reachable(value)) {
    if (!Object.isFrozen(object)) expect(object).toSatisfy(Object.isFrozen)
    for (const key of [...Reflect.ownKeys(object), 'added', '0']) {
      const had = Reflect.get(object, key) as unknown
      const other = key === 'length' ? 0 : 'changed'
      Reflect.set(object, key, other)
      Reflect.deleteProperty(object, key)
      Reflect.defineProperty(object, key, { value: other })
      if (Reflect.get(object, key) !== had) expect(Reflect.get(object, key)).toBe(had)
      attempts += 1
    }
    expect(Reflect.setPrototypeOf(object, { added: 'changed' })).toBe(false)
    if (Array.isArray(object)) {
      expect(() => object.push('changed')).toThrow(TypeError)
    }
  }
  return attempts
}

const json = fc.jsonValue({ maxDepth: 4 })
const name = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => text !== '__proto__')
// Names that a copy could trip over are refused as such, elsewhere.
const isPlain = (value: unknown): boolean =>
  !/"(?:__proto__|constructor|prototype)":/.test(JSON.stringify(value))
const extraClaims = fc
  .dictionary(
    name.map((text) => `x-${text}`),
    json,
    { maxKeys: 5, noNullPrototype: true },
  )
  .filter(isPlain)
const filters = fc
  .array(fc.record({ org: fc.constantFrom<unknown>('a', { $in: ['a', 'b'] }, { $eq: 1 }) }), {
    minLength: 1,
    maxLength: 3,
  })
  .map(($and) => ({ attributes: { $and } }))
const attributes = fc
  .dictionary(fc.constantFrom('a', 'b', 'userId'), fc.jsonValue({ maxDepth: 2 }), {
    maxKeys: 3,
    noNullPrototype: true,
  })
  .filter(isPlain)

/** A schema that makes something new of the claims, and one that hands them on. */
const schemas = [
  (claims: unknown) => ({ value: { copy: structuredClone(claims), list: [{ deep: [1] }] } }),
  (claims: unknown) => ({ value: claims }),
].map((validate) => ({ '~standard': { version: 1, vendor: 'test', validate } }) as const)

test(
  'whatever was signed, the identity is frozen to the bottom, and so is the bound one',
  { timeout: patience(120_000) },
  async () => {
    const desks = schemas.map((custom) =>
      createAuthenticator({
        profile: searchIntegration({ algorithms: ['ES256'], apiKey: false, custom }),
        tenants: [{ id: 'acme', keys: [curve.tenantKey], issuer: ISSUER }],
        now,
      }),
    )
    let attempts = 0
    let accepted = 0
    const parameter = parameters('law 8, frozen', 400)
    await fc.assert(
      fc.asyncProperty(
        extraClaims,
        fc.option(filters),
        fc.option(attributes),
        fc.option(filters),
        fc.constantFrom(...desks),
        async (extra, signed, said, asked, desk) => {
          const text = token(
            {
              iss: ISSUER,
              aud: 'https://api.inkeep.com',
              integrationId: 'acme',
              exp: NOW + 600,
              ...extra,
              ...(signed && { filters: signed }),
              ...(said && { userAttributes: said }),
            },
            curve,
          )
          const request = { headers: { 'user-token': text } }
          const body = (): object => ({ ...(asked && { filters: asked }), question: ['?'] })
          const look = async (): Promise<readonly Identity[]> => {
            const outcome = await desk.authenticate(request)
            if (!outcome.ok) throw outcome.error
            const bound = desk.bindBody(outcome.identity, body())
            if (!bound.ok) throw bound.error
            expect(bound.identity).not.toBe(outcome.identity)
            return [outcome.identity, bound.identity]
          }
          const first = await look()
          accepted += 1
          const before = JSON.stringify(first)
          for (const identity of first) attempts += vandalise(identity)
          expect(JSON.stringify(await look())).toBe(before) // from the cache, this time
        },
      ),
      parameter,
    )
    expect(accepted).toBeGreaterThanOrEqual(parameter.numRuns)
    expect(attempts).toBeGreaterThan(parameter.numRuns * 20)
  },
)

test('a body that was bound belongs to its handler: no later request sees what it does with it', async () => {
  const desk = createAuthenticator({
    profile: searchIntegration({ algorithms: ['ES256'], apiKey: false }),
    tenants: [{ id: 'acme', keys: [curve.tenantKey], issuer: ISSUER }],
    now,
  })
  const text = token(
    {
      iss: ISSUER,
      aud: 'https://api.inkeep.com',
      integrationId: 'acme',
      exp: NOW + 600,
      filters: { attributes: { org: { $in: ['a', 'b'] } } },
      userAttributes: { cohorts: ['x'] },
    },
    curve,
  )
  const bind = async (): Promise<{ identity: Identity; body: unknown }> => {
    const outcome = await desk.authenticate({ headers: { 'user-token': text } })
    if (!outcome.ok) throw outcome.error
    const bound = desk.bindBody(outcome.identity, { question: '?' })
    if (!bound.ok) throw bound.error
    return bound
  }
  const first = await bind()
  const before = JSON.stringify(first)
  const body = first.body as {
    filters: { attributes: { org: { $in: string[] } } }
    userAttributes: { cohorts: string[]; added?: string }
  }
  body.filters.attributes.org.$in.push('c')
  body.userAttributes.cohorts.push('y')
  body.userAttributes.added = 'z'
  expect(JSON.stringify(first.identity)).toBe(
    JSON.stringify((JSON.parse(before) as typeof first).identity),
  )
  expect(JSON.stringify(await bind())).toBe(before)
})

test('identities without a token are frozen as well, and share nothing that can be changed', async () => {
  const desk = createAuthenticator({
    profile: searchIntegration({ algorithms: ['ES256'], apiKey: false }),
    tenants: [{ id: 'acme', keys: [curve.tenantKey], issuer: ISSUER }],
    now,
  })
  const outcome = await desk.authenticate({ headers: {} }, { optional: true })
  if (!outcome.ok) throw outcome.error
  expect(vandalise(outcome.identity)).toBeGreaterThan(10)
  const again = await desk.authenticate({ headers: {} }, { optional: true })
  expect(again.ok && again.identity.claims).toEqual({})
})

test('an error that was given out cannot change the next one', async () => {
  const desk = createAuthenticator({
    profile: supportWidget(),
    tenants: [{ id: 'acme', keys: [hmac.tenantKey] }],
    now,
  })
  const refuse = async (): Promise<object> => {
    const outcome = await desk.authenticate({
      headers: { authorization: `Bearer ${token({ ...widgetClaims, exp: NOW - 100 }, hmac)}` },
    })
    if (outcome.ok) throw new Error('it has expired')
    return outcome.error
  }
  const first = await refuse()
  const before = JSON.stringify([first, (first as { headers: object }).headers])
  Reflect.set(first, 'status', 200)
  Reflect.set((first as { headers: object }).headers, 'www-authenticate', 'changed')
  const second = await refuse()
  expect(JSON.stringify([second, (second as { headers: object }).headers])).toBe(before)
})

test('a tenant that was handed in or out cannot be changed from outside', async () => {
  const secret = Buffer.from('0123456789-0123456789-0123456789')
  const tenant = { id: 'acme', keys: [{ alg: 'HS256' as const, secret }] }
  const text = token(widgetClaims, { ...hmac, private: secret.toString() })
  const desk = createAuthenticator({ profile: supportWidget(), tenants: [tenant], now })
  const verdict = async (): Promise<boolean> =>
    (await desk.authenticate({ headers: { authorization: `Bearer ${text}` } })).ok
  expect(await verdict()).toBe(true)
  secret.fill(0)
  tenant.keys.length = 0
  tenant.id = 'globex'
  expect(await verdict()).toBe(true)
})
