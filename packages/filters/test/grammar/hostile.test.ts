import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { canonicalJson, parseFilters } from '../../src/index.ts'
import { expectRefused, refusal } from '../refusal.ts'

const thrower = (): never => {
  throw new RangeError('canary')
}
// Whoever looks at what was thrown is thrown at again.
const poison: object = new Proxy(
  {},
  { get: thrower, getPrototypeOf: thrower, has: thrower, ownKeys: thrower },
)
const throwPoison = (): never => {
  // oxlint-disable-next-line typescript/only-throw-error -- the attack
  throw poison
}

describe('hostile objects', () => {
  it.each(['ownKeys', 'get', 'getPrototypeOf', 'getOwnPropertyDescriptor'] as const)(
    'refuses a proxy whose %s trap throws',
    (trap) => {
      for (const handler of [{ [trap]: thrower }, { [trap]: throwPoison }]) {
        const hostile = new Proxy({ a: 1 }, handler)
        expectRefused(new Proxy({ attributes: { a: 1 } }, handler), 'unreadable', '')
        expectRefused(
          { attributes: { $and: [{ b: 1 }, hostile] } },
          'unreadable',
          `/attributes/$and${trap === 'get' ? '/1' : ''}`,
        )
      }
    },
  )

  it('refuses a revoked proxy and a getter that throws', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expectRefused(proxy, 'unreadable', '')
    expectRefused(
      {
        get attributes() {
          return thrower()
        },
      },
      'unreadable',
      '',
    )
    expectRefused(
      {
        attributes: {
          get org() {
            return throwPoison()
          },
        },
      },
      'unreadable',
      '/attributes',
    )
  })

  it('reads each member once, so that a getter cannot show two faces', () => {
    const once = <Target extends object>(target: Target): Target => {
      const read = new Set<string | symbol>()
      return new Proxy(target, {
        get(own, name) {
          if (read.has(name)) return 'evil'
          read.add(name)
          const value: unknown = Reflect.get(own, name)
          return typeof value === 'object' && value !== null ? once(value) : value
        },
      })
    }
    const filters = parseFilters(
      once({ attributes: { $or: [{ org: { $in: ['o1'] } }, { env: 'dev', x: { $eq: 1 } }] } }),
      { source: 'token' },
    )
    expect(canonicalJson(filters)).toBe(
      '{"attributes":{"$or":[{"$and":[{"env":"dev"},{"x":1}]},{"org":"o1"}]}}',
    )
    expect(JSON.stringify(filters)).not.toContain('evil')
  })

  it.each([Number.NaN, -1, 0, '', {}, undefined])(
    'treats an array whose length is %s as empty',
    (length) => {
      const lying = new Proxy([{ a: 1 }], {
        get: (own, name) => (name === 'length' ? length : Reflect.get(own, name)),
      })
      expectRefused({ attributes: { $or: lying } }, 'empty_operator', '/attributes/$or')
      expect(refusal({ attributes: { a: { $in: lying } } }, 'token')).toBe(
        'empty_operator /attributes/a/$in',
      )
    },
  )

  it.each([Infinity, 2 ** 53, 4.5])('ends on an array whose length is %s', (length) => {
    const lying = (item: unknown) =>
      new Proxy([item], { get: (_, name) => (name === 'length' ? length : item) })
    const isLong = length > 256
    expect(refusal({ attributes: { $or: lying({ a: 1 }) } })).toBe(
      isLong ? 'too_large /attributes/$or/255/a' : 'accepted',
    )
    expect(refusal({ attributes: { a: { $in: lying(1) } } })).toBe(
      isLong ? 'too_large /attributes/a/$in/256' : 'accepted',
    )
  })

  it('refuses cycles', () => {
    const cycle: Record<string, unknown> = {}
    cycle['$and'] = [cycle]
    expect(refusal({ attributes: cycle })).toContain('too_deep /attributes/$and/0/')
    const list: unknown[] = []
    list.push(list)
    expectRefused({ attributes: { $and: list } }, 'not_an_object', '/attributes/$and/0')
    const root: Record<string, unknown> = {}
    root['attributes'] = root
    expectRefused(root, 'unsupported_operator', '/attributes/attributes/attributes')
  })

  it('refuses instances of classes, and inherited members', () => {
    class Query {
      org = 'o1'
    }
    expectRefused({ attributes: new Query() }, 'not_an_object', '/attributes')
    for (const json of [new Date(), new Map(), /x/, new Query()])
      expectRefused(json, 'not_an_object', '')
    expectRefused(Object.create({ attributes: { org: 'o1' } }), 'not_an_object', '')
    expectRefused(
      { attributes: { org: Object.create({ $eq: 'o1' }) } },
      'bad_value',
      '/attributes/org',
    )
  })

  it('calls no toJSON', () => {
    const toJSON = (): unknown => ({ attributes: { org: 'evil' } })
    expectRefused({ attributes: { org: 'o1' }, toJSON }, 'unknown_member', '/toJSON')
    expectRefused({ attributes: { toJSON } }, 'bad_value', '/attributes/toJSON')
  })

  it('refuses holes, and does not see further members of arrays, symbols or hidden members', () => {
    // oxlint-disable-next-line no-sparse-arrays -- the attack
    expectRefused({ attributes: { a: { $in: [1, , 2] } } }, 'bad_value', '/attributes/a/$in/1')
    const sparse: unknown[] = []
    sparse.length = 1e9
    expectRefused({ attributes: { $or: sparse } }, 'not_an_object', '/attributes/$or/0')
    const list = Object.assign(['o1'], { 1.5: 'evil', extra: 'evil' })
    const query = Object.defineProperty({ org: { $in: list }, [Symbol('s')]: 'evil' }, 'env', {
      value: 'evil',
    })
    const filters = parseFilters({ attributes: query }, { source: 'token' })
    expect(canonicalJson(filters)).toBe('{"attributes":{"org":"o1"}}')
  })

  it('takes plain objects of another realm and without prototype', () => {
    const foreign: unknown = runInNewContext('({ attributes: { org: { $in: ["o1"] } } })')
    expect(refusal(foreign, 'token')).toBe('accepted')
    expect(
      refusal(Object.assign(Object.create(null), { attributes: { org: 'o1' } }), 'token'),
    ).toBe('accepted')
  })
})
