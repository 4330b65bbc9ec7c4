import { afterEach, describe, expect, it } from 'vitest'
import { isProfile } from '../../src/profile.ts'
import { supportWidget } from '../../src/profiles/support-widget.ts'

afterEach(() => {
  for (const name of ['issuer', 'audience', 'maxLifetime', 'limits'])
    Reflect.deleteProperty(Object.prototype, name)
})

describe('supportWidget', () => {
  const defaults = {
    name: 'support-widget',
    algorithms: ['HS256'],
    token: { header: 'authorization', scheme: 'Bearer' },
    tenant: { claim: 'tenantId', hint: 'x-tenant-key', apiKey: null },
    issuer: null,
    audience: null,
    type: null,
    maxLifetime: 3600,
    user: {
      id: { claim: 'userId', required: true },
      email: { claim: 'userEmail' },
      roles: 'userRoles',
      plan: { claim: 'plan' },
    },
    filters: null,
    userAttributes: null,
    body: null,
    limits: { tokenBytes: 8192, depth: 32 },
    custom: undefined,
  }

  it('is the first document’s token', () => {
    expect(supportWidget()).toEqual(defaults)
    expect(supportWidget({})).toEqual(defaults)
    expect(isProfile(supportWidget())).toBe(true)
  })

  it('takes every option', () => {
    const custom = {
      '~standard': { version: 1 as const, vendor: 'x', validate: (value: unknown) => ({ value }) },
    }
    expect(
      supportWidget({
        issuer: 'tenant',
        audience: ['a', 'b'],
        maxLifetime: 60,
        limits: { depth: 4 },
        custom,
      }),
    ).toEqual({
      ...defaults,
      issuer: 'tenant',
      audience: ['a', 'b'],
      maxLifetime: 60,
      limits: { tokenBytes: 8192, depth: 4 },
      custom,
    })
    expect(supportWidget({ audience: 'a' }).audience).toEqual(['a'])
    expect(supportWidget({ maxLifetime: 1 }).maxLifetime).toBe(1)
    expect(supportWidget({ maxLifetime: 3600 }).maxLifetime).toBe(3600)
  })

  const lifetime = 'supportWidget: option "maxLifetime" must be a number from 1 to 3600'
  it.each<[unknown, string]>([
    [
      { issuer: undefined },
      'supportWidget: option "issuer" is undefined; leave it out or give a value',
    ],
    [
      { audience: undefined },
      'supportWidget: option "audience" is undefined; leave it out or give a value',
    ],
    [{ issuer: '' }, 'defineProfile: option "issuer" must be a non-empty string'],
    [{ audience: [] }, 'defineProfile: option "audience" must be a non-empty list'],
    [{ maxLifetime: 3601 }, lifetime],
    [{ maxLifetime: 0 }, lifetime],
    [{ maxLifetime: '60' }, lifetime],
    [
      { limits: { depth: 0 } },
      'defineProfile: option "limits.depth" must be an integer from 1 to 64',
    ],
    [{ custom: 'zod' }, 'defineProfile: option "custom" is not a Standard Schema'],
    [
      { algorithms: ['RS256'] },
      'supportWidget: unknown option "algorithms" (known: issuer, audience, maxLifetime, limits, custom)',
    ],
    [null, 'supportWidget: expected an options object'],
  ])('refuses %j', (options, message) => {
    expect(() => supportWidget(options as never)).toThrow(new TypeError(message))
  })

  it('does not take options from a polluted Object.prototype', () => {
    Object.assign(Object.prototype, { issuer: 'evil', audience: 'evil', maxLifetime: 1 })
    expect(supportWidget()).toEqual(defaults)
  })
})
