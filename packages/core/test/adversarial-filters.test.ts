// Filters from people who want to see more: tokens as a careless backend signs them, bodies as an attacker sends them, both
// through the whole authenticator. Where two policies answer differently, both are here.
import { matches, matchAll, type MergePolicy } from '@countersign/filters'
import { toPostgres } from '@countersign/filters/postgres'
import { describe, expect, it, test } from 'vitest'
import { createAuthenticator, searchIntegration, type Identity } from '../src/index.ts'
import { NOW, curve } from './laws/customers.ts'
import { token } from './laws/signing.ts'

const ISSUER = 'https://auth.acme.example'
const CLAIMS = { iss: ISSUER, aud: 'https://api.inkeep.com', integrationId: 'acme', exp: NOW + 600 }

/** What the token says unless a case says otherwise. */
const SIGNED = { attributes: { $and: [{ org: 'o1' }, { modules: { $in: ['m1', 'm2'] } }] } }

const DOCUMENTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  first: { org: 'o1', modules: 'm1', product: 'p1' },
  second: { org: 'o1', modules: ['m2', 'm9'], product: 'p2' },
  'of another organisation': { org: 'evil', modules: ['m1', 'm2'], product: 'p1' },
  'of both organisations': { org: ['o1', 'evil'], modules: ['m1'], product: 'p3' },
  'without attributes': {},
  'named like the attack': { ORG: 'evil', 'org.0': 'evil', 'a.b': 'evil', modules: 'm1' },
}
const OWN = ['first', 'second', 'of both organisations']

interface Case {
  readonly signed?: unknown
  /** The payload as text, for what no object can be. */
  readonly payload?: string
  readonly policy?: MergePolicy
  readonly required?: readonly string[]
}

type Answer = readonly string[] | string

/** Which documents are found, or the code of the refusal with the pointers of the faults. */
async function ask(sent: unknown, options: Case = {}): Promise<Answer> {
  const { policy = 'precedence', required } = options
  const authenticator = createAuthenticator({
    profile: searchIntegration({ algorithms: ['ES256'], apiKey: false, filters: { policy } }),
    tenants: [
      {
        id: 'acme',
        keys: [curve.tenantKey],
        issuer: ISSUER,
        ...(required && { requiredFilterAttributes: required }),
      },
    ],
    now: () => NOW * 1000,
  })
  const filters = Object.hasOwn(options, 'signed') ? options.signed : SIGNED
  const payload = options.payload ?? { ...CLAIMS, ...(filters !== undefined && { filters }) }
  const outcome = await authenticator.authenticate({
    headers: { 'user-token': token(payload, curve) },
  })
  if (!outcome.ok) return outcome.error.code
  const body = typeof sent === 'string' ? (JSON.parse(sent) as unknown) : sent
  const bound = authenticator.bindBody(outcome.identity, body)
  if (bound.ok) return found(bound.identity)
  const { code, errors = [] } = bound.error
  return [code, ...errors.map(({ pointer }) => pointer)].join(' ')
}

function found(identity: Identity): readonly string[] {
  const filters = identity.filters ?? matchAll
  // What reaches a database says so too, and what was sent is in its parameters alone.
  expect(toPostgres(filters).text).not.toMatch(/evil|ORG|product/)
  return Object.keys(DOCUMENTS).filter((name) => matches(filters, DOCUMENTS[name] ?? {}))
}

const asking = (attributes: unknown): object => ({ filters: { attributes } })

describe('a body that asks for more than was signed', () => {
  it('1: another organisation', async () => {
    const body = asking({ org: 'evil' })
    expect(await ask(body)).toEqual(OWN) // the clause is dropped: the token wins
    expect(await ask(body, { policy: 'intersect' })).toEqual(['of both organisations'])
    expect(await ask(body, { policy: 'strict' })).toBe('filter_conflict')
    expect(await ask(body, { policy: 'replace' })).toEqual(OWN)
  })

  it('2: another organisation or its own', async () => {
    const body = asking({ $or: [{ org: 'evil' }, { org: 'o1' }] })
    for (const policy of ['precedence', 'intersect', 'strict'] as const)
      expect(await ask(body, { policy })).toEqual(OWN)
  })

  it('3: an $or with a clause that everything satisfies', async () => {
    expect(await ask(asking({ $or: [{}] }))).toBe('body_invalid /filters/attributes/$or/0')
    expect(await ask(asking({ $or: [{}, { org: 'evil' }] }))).toMatch(/^body_invalid/)
  })

  it('4: operators without a list', async () => {
    expect(await ask(asking({ $and: [] }))).toBe('body_invalid /filters/attributes/$and')
    expect(await ask(asking({ $or: [] }))).toBe('body_invalid /filters/attributes/$or')
  })

  it('5: one of no values finds nothing, and everything else holds', async () => {
    const body = asking({ modules: { $in: [] } })
    for (const policy of ['precedence', 'intersect', 'strict'] as const)
      expect(await ask(body, { policy })).toEqual([])
    expect(await ask(body, { policy: 'replace' })).toEqual(OWN)
  })

  test.each([
    { $nor: [{ org: 'o1' }] },
    { $not: { org: 'o1' } },
    { org: { $not: { $eq: 'o1' } } },
    { org: { $ne: 'o1' } },
    { org: { $nin: ['o1'] } },
    { org: { $exists: true } },
    { org: { $gt: '' } },
    { org: { $regex: '.*' } },
  ])('6: an operator that negates or ranges: %j', async (attributes) => {
    expect(await ask(asking(attributes))).toMatch(/^body_invalid/)
  })

  test.each([
    { $where: 'true' },
    { $expr: { $eq: [1, 1] } },
    { $text: { $search: 'x' } },
    { $comment: 'x' },
  ])('7: an operator that runs code or searches: %j', async (attributes) => {
    expect(await ask(asking(attributes))).toMatch(/^body_invalid/)
  })

  test.each([
    '{"filters":{"attributes":{"__proto__":{"org":"evil"}}}}',
    '{"filters":{"attributes":{"$and":[{"__proto__":{"org":"evil"}}]}}}',
    '{"filters":{"attributes":{"org":{"__proto__":{"$eq":"evil"}}}}}',
    '{"filters":{"attributes":{"constructor":{"prototype":{"org":"evil"}}}}}',
    '{"filters":{"__proto__":{"attributes":{"org":"evil"}}}}',
    '{"__proto__":{"filters":{"attributes":{"org":"evil"}}}}',
  ])('8: prototype pollution: %s', async (text) => {
    expect(await ask(text)).toMatch(/^body_invalid/)
    expect(({} as { org?: unknown }).org).toBeUndefined()
  })

  it('9: the same member twice: the one that JSON.parse keeps is checked, and it alone goes on', async () => {
    const narrow = '{"attributes":{"product":"p1"}}'
    const wide = '{"attributes":{"org":{"$ne":""}}}'
    expect(await ask(`{"filters":${wide},"filters":${narrow}}`)).toEqual(['first'])
    expect(await ask(`{"filters":${narrow},"filters":${wide}}`)).toMatch(/^body_invalid/)
    expect(await ask('{"filters":{"attributes":{"org":"o1","org":"evil"}}}')).toEqual(OWN)
  })
})

describe('a token that says less than its backend meant', () => {
  test.each([
    '"filters":{"attributes":{"org":"o1"}},"filters":{"attributes":{"org":"evil"}}',
    '"filters":{"attributes":{"org":"o1","org":"evil"}}',
    '"filters":{"attributes":{"org":"o1"}},"\\u0066ilters":{"attributes":{"org":"evil"}}',
  ])('10: the same member twice: %s', async (members) => {
    const payload = `${JSON.stringify(CLAIMS).slice(0, -1)},${members}}`
    expect(await ask({}, { payload })).toBe('token_rejected')
  })

  it('11: an undefined value, which JSON leaves out', async () => {
    const signed = { attributes: { $and: [{ org: undefined }] } }
    expect(JSON.stringify(signed)).toBe('{"attributes":{"$and":[{}]}}')
    expect(await ask({}, { signed })).toBe('claims_invalid')
  })

  test.each([
    [{ attributes: { $and: [] } }],
    [{ attributes: {} }],
    [{}],
    [null],
    [[]],
    [{ attributes: null }],
    [{ attributes: [] }],
    ['{}'],
    [true],
  ])('12: a filter that says nothing: %j', async (signed) => {
    expect(await ask({}, { signed })).toBe('claims_invalid')
  })

  it('13: no filter at all, where the tenant requires one', async () => {
    expect(await ask({}, { signed: undefined, required: ['org'] })).toBe('filters_missing')
    expect(await ask(asking({ org: 'o1' }), { signed: undefined, required: ['org'] })).toBe(
      'filters_missing',
    )
  })

  it('14: the required attribute inside an $or only', async () => {
    const signed = { attributes: { $or: [{ org: 'o1' }, { public: true }] } }
    expect(await ask({}, { signed, required: ['org'] })).toBe('filters_missing')
  })

  test.each([{ org: null }, { org: { $in: [null] } }, { org: { $in: [] } }])(
    '15: no value: %j',
    async (attributes) => {
      expect(await ask({}, { signed: { attributes }, required: ['org'] })).toBe('claims_invalid')
    },
  )

  test.each(['payload', 'not', 'limit'])('16: a member "%s" that is not known', async (member) => {
    expect(await ask({}, { signed: { ...SIGNED, [member]: {} } })).toBe('claims_invalid')
  })
})

describe('a body that calls an attribute by another name', () => {
  test.each(['a.b', 'org.0', 'org[0]', '$.org', "attrs->>'org'", 'org ', ' org', '', 'оrg', 'órg'])(
    '17, 18, 19: %j is not a key',
    async (key) => {
      expect(await ask(asking({ [key]: 'evil' }))).toMatch(/^body_invalid/)
    },
  )

  it('19: another case is another attribute, beside the one that was signed', async () => {
    for (const policy of ['precedence', 'intersect', 'strict'] as const)
      expect(await ask(asking({ ORG: 'evil' }), { policy })).toEqual([])
  })
})

describe('a body whose values are not what they seem', () => {
  it('20: a list without an operator', async () => {
    expect(await ask(asking({ org: ['o1', 'evil'] }))).toBe('body_invalid /filters/attributes')
  })

  test.each([
    { org: { $in: 'o1' } },
    { org: { $in: { 0: 'o1', length: 1 } } },
    { org: { $eq: { $ne: '' } } },
    { org: { $in: [{ $ne: '' }] } },
    { org: { $in: [['o1']] } },
  ])('21: %j', async (attributes) => {
    expect(await ask(asking(attributes))).toMatch(/^body_invalid/)
  })

  it('22: another type is another value', async () => {
    const signed = { attributes: { org: 'true', modules: '1' } }
    const asked = asking({ org: true, modules: 1 })
    expect(await ask(asked, { signed, policy: 'strict' })).toBe('filter_conflict')
    expect(await ask(asked, { signed, policy: 'intersect' })).toEqual([])
  })

  it('23: a document with several values satisfies two lists that share none', async () => {
    const body = asking({ modules: 'm9' })
    expect(await ask(body, { policy: 'intersect' })).toEqual(['second'])
    expect(await ask(body)).toEqual(OWN) // by the lists alone it contradicts, so it is dropped
    expect(await ask(body, { policy: 'strict' })).toBe('filter_conflict')
  })

  test.each(['"{\\"attributes\\":{\\"org\\":\\"evil\\"}}"', '[]', '1', 'true', '[{"org":"evil"}]'])(
    '24: %s instead of an object',
    async (filters) => {
      expect(await ask(`{"filters":${filters}}`)).toBe('body_invalid /filters')
    },
  )
})

describe('a body for somebody else', () => {
  it('30: the integration of another customer, in either spelling, or two that differ', async () => {
    const invalid = 'tenant_mismatch'
    expect(await ask({ integrationId: 'acme' })).toEqual(OWN)
    expect(await ask({ integrationId: 'globex' })).toBe(invalid)
    expect(await ask({ integration_id: 'globex' })).toBe(invalid)
    expect(await ask({ integrationId: 'acme', integration_id: 'globex' })).toBe(invalid)
    expect(await ask({}, { payload: JSON.stringify({ ...CLAIMS, integrationId: 'globex' }) })).toBe(
      'token_rejected',
    )
  })

  it('35: user attributes that the token does not give', async () => {
    const authenticator = createAuthenticator({
      profile: searchIntegration({ algorithms: ['ES256'], apiKey: false }),
      tenants: [{ id: 'acme', keys: [curve.tenantKey], issuer: ISSUER }],
      now: () => NOW * 1000,
    })
    const userAttributes = { Role: 'viewer', user: { plan: 'pro' } }
    const headers = { 'user-token': token({ ...CLAIMS, userAttributes }, curve) }
    const outcome = await authenticator.authenticate({ headers })
    if (!outcome.ok) throw outcome.error
    const sent = { userAttributes: { role: 'admin', user: { role: 'admin' } } }
    const bound = authenticator.bindBody(outcome.identity, sent)
    // The signed ones, whole: nothing of what was sent stands beside them or inside.
    expect(bound).toMatchObject({ ok: true, body: { userAttributes } })
    expect(bound.ok && Object.keys((bound.body as typeof sent).userAttributes)).toEqual([
      'Role',
      'user',
    ])
    expect(bound.ok && bound.identity.userAttributes).toEqual(userAttributes)
  })
})

describe('a body that is large', () => {
  it('32: ten thousand values', async () => {
    const $in = Array.from({ length: 10_000 }, (_, index) => `o${index}`)
    expect(await ask(asking({ org: { $in } }))).toMatch(/^body_invalid \/filters\/attributes/)
  })

  it('32: five thousand levels', async () => {
    const depth = 5000
    const text = '{"$and":['.repeat(depth) + '{"org":"o1"}' + ']}'.repeat(depth)
    expect(await ask(`{"filters":{"attributes":${text}}}`)).toMatch(/^body_invalid/)
  })
})
