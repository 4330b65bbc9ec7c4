import { describe, expect, test } from 'vitest'
import { SignerError } from '../src/index.ts'
import { refused, searchSigner, widgetSigner } from './fixtures/signers.ts'

const widget = (claims: unknown): Promise<[string, string]> =>
  refused(widgetSigner().sign(claims as never))
const search = (claims: unknown): Promise<[string, string]> =>
  refused(searchSigner().sign(claims as never))
const filters = (attributes: unknown): Promise<[string, string]> =>
  search({ filters: { attributes } })

class User {
  readonly userId = 'u'
}

describe('the claims as a whole', () => {
  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'undefined_value'],
    ['null', null, 'not_an_object'],
    ['the bare id', 'usr_42', 'not_an_object'],
    ['a list', [{ userId: 'u' }], 'not_an_object'],
    ['a record of an ORM', new User(), 'not_an_object'],
    ['a promise that nobody waited for', Promise.resolve({ userId: 'u' }), 'not_an_object'],
    ['a symbol as a name', { userId: 'u', [Symbol('x')]: 1 }, 'not_json'],
  ])('refuses %s', async (_name, claims, code) => {
    expect(await widget(claims)).toEqual([code, ''])
    expect(await search(claims)).toEqual([code, ''])
  })

  test('refuses members that are not known, the other profile’s and the documents’ names for a user among them', async () => {
    expect(await widget({ userId: 'u', userEMail: 'x' })).toEqual(['unknown_member', '/userEMail'])
    expect(await widget({ id: 'u' })).toEqual(['unknown_member', '/id'])
    expect(await widget({ userId: 'u', filters: { attributes: { a: 1 } } })).toEqual([
      'unknown_member',
      '/filters',
    ])
    expect(await search({ plan: 'pro' })).toEqual(['unknown_member', '/plan'])
    expect(await search(JSON.parse('{"__proto__":{"userId":"u"}}'))).toEqual([
      'unknown_member',
      '/__proto__',
    ])
  })

  test('refuses claims of time, issuer and tenant', async () => {
    for (const name of ['exp', 'iat', 'nbf', 'iss', 'aud', 'tenantId', 'integrationId']) {
      expect(await widget({ userId: 'u', [name]: 1 })).toEqual(['unknown_member', `/${name}`])
      expect(await search({ [name]: 1 })).toEqual(['unknown_member', `/${name}`])
    }
  })
})

describe('the user', () => {
  test('a widget’s token names one', async () => {
    expect(await widget({})).toEqual(['missing', '/userId'])
    expect(await widget({ plan: 'pro' })).toEqual(['missing', '/userId'])
  })

  test.each(['userId', 'userEmail', 'plan', 'jti'])(
    'widget: %s is a text, and never undefined or empty',
    async (name) => {
      const given = (value: unknown): unknown => ({ userId: 'u', [name]: value })
      expect(await widget(given(undefined))).toEqual(['undefined_value', `/${name}`])
      for (const value of [null, '', 42, true, ['u'], {}, '\ud800', Object('u'), new Date()])
        expect(await widget(given(value))).toEqual(['bad_text', `/${name}`])
    },
  )

  test.each(['userId', 'userEmail', 'sub', 'jti'])('search: %s likewise', async (name) => {
    expect(await search({ [name]: undefined })).toEqual(['undefined_value', `/${name}`])
    for (const value of [null, '', 42, '\udc00x'])
      expect(await search({ [name]: value })).toEqual(['bad_text', `/${name}`])
  })

  test('roles are a list of texts', async () => {
    const given = (userRoles: unknown): unknown => ({ userId: 'u', userRoles })
    expect(await widget(given(undefined))).toEqual(['undefined_value', '/userRoles'])
    for (const value of [null, 'admin', new Set(['admin']), { 0: 'admin', length: 1 }])
      expect(await widget(given(value))).toEqual(['bad_list', '/userRoles'])
    expect(await widget(given(['user', undefined]))).toEqual(['undefined_value', '/userRoles/1'])
    expect(await widget(given(['user', '']))).toEqual(['bad_text', '/userRoles/1'])
    expect(await widget(given([['admin']]))).toEqual(['bad_text', '/userRoles/0'])
    expect(await widget(given(Array.from({ length: 9000 }, () => 'r')))).toEqual([
      'token_too_large',
      '',
    ])
  })

  test.each(['userId', 'userEmail'])(
    'a claim and an attribute that disagree: the gateway goes by %s, its handler may not',
    async (name) => {
      expect(await search({ [name]: 'a', userAttributes: { [name]: 'b' } })).toEqual([
        'conflict',
        `/userAttributes/${name}`,
      ])
      expect(await search({ [name]: '1', userAttributes: { [name]: 1 } })).toEqual([
        'conflict',
        `/userAttributes/${name}`,
      ])
      const same = { [name]: 'a', userAttributes: { [name]: 'a' } }
      expect(await searchSigner().sign(same)).toMatch(/^ey/)
    },
  )
})

describe('filters: what would be a hole at the gateway is an error here', () => {
  test.each<[string, unknown, string, string]>([
    ['undefined, which would mean no filter', undefined, 'undefined_value', '/filters'],
    ['null', null, 'bad_filter', '/filters'],
    ['an empty object', {}, 'bad_filter', '/filters'],
    ['no attributes', { attributes: undefined }, 'undefined_value', '/filters/attributes'],
    ['empty attributes', { attributes: {} }, 'bad_filter', '/filters/attributes'],
    [
      'a member beside attributes',
      { attributes: { a: 1 }, limit: 5 },
      'bad_filter',
      '/filters/limit',
    ],
    ['the query alone', { env: 'dev' }, 'bad_filter', '/filters/env'],
    ['JSON text', '{"attributes":{"env":"dev"}}', 'bad_filter', '/filters'],
    ['a Date', new Date(), 'not_json', '/filters'],
  ])('refuses %s', async (_name, value, code, pointer) => {
    expect(await search({ filters: value })).toEqual([code, pointer])
  })

  test.each<[string, unknown, string, string]>([
    ['an undefined value', { env: undefined }, 'undefined_value', '/env'],
    [
      'an undefined value in a list',
      { env: { $in: ['dev', undefined] } },
      'undefined_value',
      '/env/$in/1',
    ],
    ['an undefined list', { env: { $in: undefined } }, 'undefined_value', '/env/$in'],
    [
      'an undefined clause in an $and',
      { $and: [{ env: 'dev' }, undefined] },
      'undefined_value',
      '/$and/1',
    ],
    ['an empty clause in an $and', { $and: [{ env: 'dev' }, {}] }, 'bad_filter', '/$and/1'],
    ['an empty $and', { $and: [] }, 'bad_filter', '/$and'],
    ['an empty $or', { $or: [] }, 'bad_filter', '/$or'],
    ['an empty list: a token that may see nothing', { env: { $in: [] } }, 'bad_filter', '/env/$in'],
    ['no operator', { env: {} }, 'bad_filter', '/env'],
    ['null', { env: null }, 'bad_filter', '/env'],
    ['an operator that is not known', { env: { $ne: 'prod' } }, 'bad_filter', '/env/$ne'],
    ['a list without an operator', { env: ['dev'] }, 'bad_filter', '/env'],
    ['NaN', { level: Number.NaN }, 'not_json', '/level'],
    ['a Date', { since: new Date(0) }, 'not_json', '/since'],
    ['a key with a dot', { 'user.id': 1 }, 'bad_filter', '/user.id'],
    ['__proto__', JSON.parse('{"__proto__":1}'), 'bad_name', '/__proto__'],
  ])('refuses %s', async (_name, attributes, code, pointer) => {
    expect(await filters(attributes)).toEqual([code, `/filters/attributes${pointer}`])
  })

  test('says in the words of @countersign/filters why', async () => {
    const error: unknown = await searchSigner()
      .sign({ filters: { attributes: { $and: [] } } })
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(SignerError)
    expect(error).toMatchObject({
      code: 'bad_filter',
      filterCode: 'empty_operator',
      pointer: '/filters/attributes/$and',
      message: 'The operator has an empty list. At "/filters/attributes/$and".',
    })
  })

  test('refuses one that is larger than a gateway reads', async () => {
    const many = Array.from({ length: 300 }, (_, index) => `m${index}`)
    expect(await filters({ modules: { $in: many } })).toEqual([
      'bad_filter',
      '/filters/attributes/modules/$in/256',
    ])
  })
})

describe('user attributes', () => {
  const attributes = (value: unknown): Promise<[string, string]> =>
    search({ userAttributes: value })

  test.each<[string, unknown, string, string]>([
    ['undefined', undefined, 'undefined_value', ''],
    ['null', null, 'not_an_object', ''],
    ['a list', ['x'], 'not_an_object', ''],
    ['a text', 'x', 'not_an_object', ''],
    ['an undefined member', { team: undefined }, 'undefined_value', '/team'],
    ['a Date', { since: new Date(0) }, 'not_json', '/since'],
    ['NaN', { score: [Number.NaN] }, 'not_json', '/score/0'],
    ['an instance of a class', { user: new User() }, 'not_json', '/user'],
    ['constructor', { a: { constructor: 1 } }, 'bad_name', '/a/constructor'],
  ])('refuses %s', async (_name, value, code, pointer) => {
    expect(await attributes(value)).toEqual([code, `/userAttributes${pointer}`])
  })

  const nested = (levels: number): unknown => (levels === 1 ? {} : { a: nested(levels - 1) })
  const keys = (count: number): unknown =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]))

  test('has the limits that gateways have: 64 keys, 8 levels, 8 KiB', async () => {
    const bad = ['bad_attributes', '/userAttributes']
    expect(await attributes(keys(65))).toEqual(bad)
    expect(await attributes(nested(9))).toEqual(bad)
    expect(await attributes({ note: 'x'.repeat(8192) })).toEqual(bad)
    for (const value of [keys(64), nested(8)] as never[])
      expect(await searchSigner().sign({ userAttributes: value })).toMatch(/^ey/)
  })
})

describe('claims of one’s own', () => {
  const own = (claims: unknown): Promise<[string, string]> => widget({ userId: 'u', claims })

  test.each(
    'iss sub aud exp nbf iat jti tenantId integrationId userId userEmail userRoles plan filters userAttributes'.split(
      ' ',
    ),
  )('cannot say %s again, or in place of the signer', async (name) => {
    expect(await own({ [name]: 'x' })).toEqual(['reserved_claim', `/claims/${name}`])
    expect(await search({ claims: { [name]: 'x' } })).toEqual(['reserved_claim', `/claims/${name}`])
  })

  test.each<[string, unknown, string, string]>([
    ['undefined', undefined, 'undefined_value', ''],
    ['null', null, 'not_an_object', ''],
    ['a list', [], 'not_an_object', ''],
    ['a class', new User(), 'not_an_object', ''],
    ['an undefined claim', { locale: undefined }, 'undefined_value', '/locale'],
    ['a claim that is not JSON', { since: new Date() }, 'not_json', '/since'],
    ['__proto__', JSON.parse('{"__proto__":1}'), 'bad_name', '/__proto__'],
    ['a name that is not well-formed', { '\ud800': 1 }, 'not_json', '/\ud800'],
    ['a symbol', { [Symbol('x')]: 1 }, 'not_json', ''],
  ])('refuses %s', async (_name, claims, code, pointer) => {
    expect(await own(claims)).toEqual([code, `/claims${pointer}`])
  })

  test('as deep as gateways read: 32 levels with the payload', async () => {
    const nested = (levels: number): never =>
      (levels === 0 ? 1 : [nested(levels - 1)]) as unknown as never
    expect(await widgetSigner().sign({ userId: 'u', claims: { a: nested(31) } })).toMatch(/^ey/)
    expect(await own({ a: nested(32) })).toEqual(['too_deep', `/claims/a${'/0'.repeat(31)}`])
  })
})

describe('the token as a whole', () => {
  test('is at most 8 KiB, to the byte', async () => {
    const sign = (length: number): Promise<string> =>
      widgetSigner().sign({ userId: 'u', claims: { note: 'x'.repeat(length) } })
    let [fits, over] = [4000, 8192]
    while (over - fits > 1) {
      const middle = Math.floor((fits + over) / 2)
      const length = await sign(middle).then(
        (token) => token.length,
        () => Infinity,
      )
      if (length <= 8192) fits = middle
      else over = middle
    }
    expect((await sign(fits)).length).toBeGreaterThan(8188)
    expect(await refused(sign(over))).toEqual(['token_too_large', ''])
  })
})

describe('options of sign', () => {
  test.each<[unknown, string]>([
    ['1h', 'sign: expected an options object'],
    [null, 'sign: expected an options object'],
    [{ expiresin: 60 }, 'sign: unknown option "expiresin" (known: expiresIn)'],
    [
      { expiresIn: undefined },
      'sign: option "expiresIn" is undefined; leave it out or give a value',
    ],
    ...[0, -1, 3601, 3_600_000, 1.5, Number.NaN, Infinity, '1h', '60', null].map(
      (expiresIn): [unknown, string] => [
        { expiresIn },
        'sign: option "expiresIn" (seconds) must be an integer from 1 to 3600',
      ],
    ),
  ])('%j is a TypeError that names it', async (options, message) => {
    await expect(widgetSigner().sign({ userId: 'u' }, options as never)).rejects.toThrow(
      new TypeError(message),
    )
  })

  test('a day, for a search integration, and not a second more', async () => {
    expect(await searchSigner().sign({}, { expiresIn: 86_400 })).toMatch(/^ey/)
    await expect(searchSigner().sign({}, { expiresIn: 86_401 })).rejects.toThrow(
      new TypeError('sign: option "expiresIn" (seconds) must be an integer from 1 to 86400'),
    )
  })
})
