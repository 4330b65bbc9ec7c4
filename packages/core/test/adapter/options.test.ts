import { describe, expect, it } from 'vitest'
import { createGate, type Gate } from '../../src/adapter/gate.ts'
import { splitOptions, type CountersignOptions } from '../../src/adapter/options.ts'
import { createAuthenticator, type Authenticator } from '../../src/authenticator.ts'
import { acme, refusedStep, search, widget } from '../fixtures/gates.ts'
import { received } from '../fixtures/loopback.ts'

describe('the options of a gate', () => {
  const gate = (options: unknown): Gate => createGate(options as CountersignOptions)
  const auth = createAuthenticator(widget)

  it('takes an authenticator, one among options, or what makes one', () => {
    for (const options of [
      auth,
      { authenticator: auth },
      { authenticator: auth, optional: true },
      widget,
      { ...widget, errors: 'throw' },
    ])
      expect(Object.isFrozen(gate(options))).toBe(true)
    expect(gate(auth).bindsBody).toBe(false)
    expect(gate(search).bindsBody).toBe(true)
  })

  const noObject = 'countersign: expected an options object or an authenticator'
  const noAuthenticator = 'countersign: option "authenticator" must come from createAuthenticator'
  it.each<[unknown, string]>([
    [undefined, noObject],
    [null, noObject],
    ['x', noObject],
    [() => auth, noObject],
    [{ ...widget, optional: 'yes' }, 'countersign: option "optional" must be a boolean'],
    [{ ...widget, optional: null }, 'countersign: option "optional" must be a boolean'],
    [{ ...widget, errors: 'json' }, 'countersign: option "errors" must be one of: respond, throw'],
    [{ ...widget, errors: true }, 'countersign: option "errors" must be one of: respond, throw'],
    [{ authenticator: undefined }, noAuthenticator],
    [{ authenticator: { ...auth } }, noAuthenticator],
    [{ authenticator: widget }, noAuthenticator],
    [
      { authenticator: auth, tenants: [acme] },
      'countersign: unknown option "tenants" (known: authenticator)',
    ],
    [
      { ...widget, tenents: [] },
      'createAuthenticator: unknown option "tenents" (known: profile, tenants, tenant, clockTolerance, tokenCache, directoryCache, lookupTimeout, fetch, revocation, now)',
    ],
    [
      {},
      'createAuthenticator: option "profile" must come from defineProfile or a built-in profile',
    ],
  ])('refuses %#', (options, message) => {
    expect(() => gate(options)).toThrow(new TypeError(message))
  })

  it('does not take optional from a polluted Object.prototype', async () => {
    const open = gate(widget)
    Object.assign(Object.prototype, { optional: true })
    try {
      expect(
        refusedStep(await received({}, (request) => open.both(request, undefined))),
      ).toMatchObject({
        code: 'token_missing',
      })
      const made = gate(widget)
      expect(
        refusedStep(await received({}, (request) => made.both(request, undefined))),
      ).toMatchObject({
        code: 'token_missing',
      })
    } finally {
      Reflect.deleteProperty(Object.prototype, 'optional')
    }
  })
})

describe('splitOptions', () => {
  it('takes own options out, and leaves the rest', () => {
    const options = { a: 1, b: 2, c: undefined }
    const { own, rest } = splitOptions(options, ['a', 'c'])
    expect({ ...own }).toStrictEqual({ a: 1, c: undefined })
    expect(Object.getPrototypeOf(own)).toBeNull()
    expect(rest).toStrictEqual({ b: 2 })
    expect(options).toStrictEqual({ a: 1, b: 2, c: undefined })
    const without: { a?: number; b: number } = { b: 2 }
    expect({ ...splitOptions(without, ['a']).own }).toEqual({})
  })

  it('leaves an authenticator, and what is no object, as they are', () => {
    const authenticator: Authenticator<undefined> = createAuthenticator(widget)
    expect(splitOptions(authenticator, ['profile']).rest).toBe(authenticator)
    expect({ ...splitOptions(authenticator, ['profile']).own }).toEqual({})
    for (const value of [null, undefined, 'x'])
      expect(splitOptions(value as unknown as { a: 1 }, ['a']).rest).toBe(value)
  })
})
