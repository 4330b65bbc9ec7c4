import { IncomingMessage, type RequestOptions } from 'node:http'
import { Socket } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createGate, type GateRequest } from '../../src/adapter/gate.ts'
import { createAuthenticator } from '../../src/authenticator.ts'
import { passedStep, refusedStep, search, widget, withToken } from '../fixtures/gates.ts'
import { received } from '../fixtures/loopback.ts'
import { refusalOf } from '../fixtures/refusals.ts'
import { searchToken } from '../fixtures/tokens.ts'

const withSearch = (more: object = {}): { headers: Record<string, string> } => ({
  headers: { 'user-token': searchToken(), ...more },
})
const json = (body: string, headers: object = {}): RequestOptions & { body: string } => ({
  method: 'POST',
  body,
  headers: {
    ...withSearch().headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...headers,
  },
})
const preflight = {
  method: 'OPTIONS',
  headers: { origin: 'https://a.example', 'access-control-request-method': 'POST' },
}
const read = async (request: GateRequest): Promise<unknown> =>
  JSON.parse(Buffer.concat((await request.toArray()) as Buffer[]).toString()) as unknown
const missing = { code: 'identity_missing', reason: undefined, claim: undefined }

describe('both: one middleware after the parser', () => {
  it('passes with the identity, which it attaches', async () => {
    const gate = createGate(widget)
    await received(withToken, async (request) => {
      expect(refusalOf(() => gate.identity(request))).toEqual(missing)
      const step = passedStep(await gate.both(request, undefined))
      expect(step.identity).toMatchObject({ kind: 'verified', userId: 'u-1', bodyBound: false })
      expect(step.vary).toBeUndefined()
      expect(gate.identity(request)).toBe(step.identity)
    })
  })

  it('binds the body that was parsed', async () => {
    const gate = createGate(search)
    await received(json('{"filters":{"attributes":{"a":1}}}'), async (request) => {
      const step = passedStep(await gate.both(request, await read(request)))
      expect(step.body).toEqual({ filters: { attributes: { a: 1 } } })
      expect(step.identity).toMatchObject({ bodyBound: true, filters: { attributes: { a: 1 } } })
      expect(step.vary).toBe('User-Token')
      expect(gate.identity(request)).toBe(step.identity)
    })
  })

  it('binds where there is no body, also past the {} of Express 4', async () => {
    const gate = createGate(search)
    for (const body of [undefined, {}, null]) {
      const step = await received(withSearch(), (request) => gate.both(request, body))
      expect(passedStep(step)).toMatchObject({ identity: { bodyBound: true } })
      expect(passedStep(step).body).toEqual(body ?? undefined)
    }
  })

  it('refuses, attaches nothing, and says how', async () => {
    for (const [errors, throws] of [
      [undefined, false],
      ['respond', false],
      ['throw', true],
    ] as const) {
      const gate = createGate({ ...search, ...(errors && { errors }) })
      await received({}, async (request) => {
        expect(refusedStep(await gate.both(request, undefined))).toEqual({
          code: 'token_missing',
          reason: 'no token',
          claim: undefined,
          throws,
          vary: 'User-Token',
        })
        expect(refusalOf(() => gate.identity(request))).toEqual(missing)
      })
    }
  })

  it('refuses a body that does not bind, and attaches nothing', async () => {
    const gate = createGate(search)
    await received(json('{"integrationId":"globex"}'), async (request) => {
      expect(refusedStep(await gate.both(request, await read(request)))).toMatchObject({
        code: 'tenant_mismatch',
        vary: 'User-Token',
      })
      expect(refusalOf(() => gate.identity(request))).toEqual(missing)
    })
  })

  it('hands on the path before mounts', async () => {
    const urls: (string | undefined)[] = []
    const gate = createGate({ ...widget, tenant: ({ url }) => void urls.push(url) })
    await received({ ...withToken, path: '/inner' }, async (request) => {
      await gate.both(request, undefined, '/outer/inner')
      await gate.both(request, undefined)
      await gate.before(request, '/a')
      await gate.unbound(request, '/b')
    })
    expect(urls).toEqual(['/outer/inner', '/inner', '/a', '/b'])
  })

  it('says whether the path decides anything', () => {
    expect(createGate({ ...widget, tenant: () => undefined }).readsUrl).toBe(true)
    for (const options of [widget, search, { ...widget, tenant: 'acme' }])
      expect(createGate<unknown>(options).readsUrl).toBe(false)
  })

  it('counts headers as they came: a repeated token is refused', async () => {
    const gate = createGate(search)
    const headers = ['Host', 'x', 'User-Token', searchToken(), 'user-token', searchToken()]
    const step = await received({ headers }, (request) => gate.both(request, undefined))
    expect(refusedStep(step)).toMatchObject({ code: 'request_invalid' })
  })

  it('answers at once for a token seen before', async () => {
    const gate = createGate(widget)
    await received(withToken, async (request) => {
      await gate.both(request, undefined)
      expect(gate.both(request, undefined)).not.toBeInstanceOf(Promise)
    })
  })
})

describe('a body that nobody has read', () => {
  const gate = createGate(search)

  it('of a JSON type is 500, and a process warning says once how to mend it', async () => {
    const warnings: (Error & { code?: string })[] = []
    const take = (warning: Error): void => void warnings.push(warning)
    process.on('warning', take)
    try {
      for (let i = 0; i < 2; i++) {
        const step = await received(json('{"a":1}'), (request) => gate.both(request, undefined))
        expect(refusedStep(step)).toEqual({
          code: 'body_not_parsed',
          reason: 'the body parser must stand before this',
          claim: undefined,
          throws: false,
          vary: 'User-Token',
        })
      }
      await new Promise((done) => void setImmediate(done))
    } finally {
      process.off('warning', take)
    }
    const ours = warnings.filter(({ code }) => code === 'COUNTERSIGN_BODY_NOT_PARSED')
    expect(ours.map(({ message }) => message)).toEqual([
      'A request body reached countersign unread, so it was refused. Put the body parser before countersign(), or use ' +
        'auth.beforeBody, the parser, auth.afterBody; for uploads and proxies, auth.unbound.',
    ])
  })

  it('of another type is 415', async () => {
    for (const type of ['text/plain', 'multipart/form-data; boundary=x']) {
      const step = await received(json('x', { 'content-type': type }), (request) =>
        gate.both(request, {}),
      )
      expect(refusedStep(step)).toMatchObject({
        code: 'body_unsupported',
        reason: 'nobody parses this type',
      })
    }
  })

  it('does not matter to a profile that binds none', async () => {
    const plain = createGate(widget)
    const options = { ...json('{"a":1}'), headers: { ...withToken.headers, 'content-length': 7 } }
    const step = await received(options, (request) => plain.both(request, undefined))
    expect(passedStep(step).identity).toMatchObject({ bodyBound: false })
  })
})

describe('before and after: around the parser', () => {
  const gate = createGate(search)

  it('attach the identity only once the body is bound', async () => {
    await received(json('{"integrationId":"acme"}'), async (request) => {
      expect(await gate.before(request)).toEqual({ ok: true, vary: 'User-Token' })
      expect(refusalOf(() => gate.identity(request))).toEqual(missing)
      const step = passedStep(gate.after(request, await read(request)))
      expect(step.identity).toMatchObject({ bodyBound: true })
      expect(gate.identity(request)).toBe(step.identity)
    })
  })

  it('refuse: before a bad token, after an unread or a bad body', async () => {
    const bad = { headers: { 'user-token': 'x' } }
    const refused = await received(bad, (request) => gate.before(request))
    expect(refusedStep(refused)).toMatchObject({ code: 'token_rejected' })
    await received(json('{"filters":7}'), async (request) => {
      await gate.before(request)
      expect(refusedStep(gate.after(request, undefined))).toMatchObject({ code: 'body_not_parsed' })
      expect(refusedStep(gate.after(request, await read(request)))).toMatchObject({
        code: 'body_invalid',
      })
    })
  })

  it('after without before is 500, but for a preflight', async () => {
    const step = await received(withSearch(), (request) => gate.after(request, undefined))
    expect(refusedStep(step)).toEqual({ ...missing, throws: false, vary: 'User-Token' })
    expect(await received(preflight, (request) => gate.after(request, undefined))).toEqual({
      ok: true,
    })
  })

  it('after a refusal of before is 500, never a pass', async () => {
    await received({ headers: { 'user-token': 'x' } }, async (request) => {
      expect((await gate.before(request)).ok).toBe(false)
      expect(refusedStep(gate.after(request, undefined))).toMatchObject(missing)
    })
  })
})

describe('unbound: uploads and proxies', () => {
  it('attaches the identity with bodyBound: false, and after leaves it', async () => {
    const gate = createGate(search)
    await received(json('{"integrationId":"globex"}'), async (request) => {
      const step = passedStep(await gate.unbound(request))
      expect(step).toMatchObject({ vary: 'User-Token', identity: { bodyBound: false } })
      expect(gate.identity(request)).toBe(step.identity)
      // Attached again, since a gate around this one may have attached its own; the body stays as it is.
      expect(gate.after(request, { integrationId: 'globex' })).toEqual(step)
      expect(gate.identity(request)).toBe(step.identity)
    })
  })

  it('still refuses a bad token', async () => {
    const gate = createGate(search)
    const step = await received({}, (request) => gate.unbound(request))
    expect(refusedStep(step)).toMatchObject({ code: 'token_missing' })
  })
})

describe('what is noted on a request', () => {
  it('is not that of another proxy of it, nor of a copy', async () => {
    const gate = createGate(search)
    await received(withSearch(), async (request) => {
      const [first, second] = [new Proxy(request, {}), new Proxy(request, {})]
      passedStep(await gate.before(first))
      for (const other of [second, request, Object.assign({}, request)])
        expect(refusedStep(gate.after(other, undefined))).toMatchObject({ code: missing.code })
      const { identity } = passedStep(gate.after(first, undefined))
      expect(gate.identity(first)).toBe(identity)
      expect(refusalOf(() => gate.identity(second))).toEqual(missing)
    })
  })

  it.each([Object.freeze, Object.seal, Object.preventExtensions])(
    'has no place where nothing can be added: refused, and nothing is thrown: %o',
    async (shut) => {
      const gate = createGate(widget)
      const closed = { code: missing.code, reason: 'the request takes no members' }
      // Not one that Node works on: that could not be frozen.
      const request = new IncomingMessage(new Socket())
      Object.assign(request, { method: 'GET', url: '/', ...withToken })
      shut(request)
      for (const step of [
        gate.both(request, undefined),
        gate.before(request),
        gate.unbound(request),
      ])
        expect(refusedStep(await step)).toMatchObject(closed)
      expect(refusedStep(gate.skip(request))).toMatchObject(closed)
      expect(refusalOf(() => gate.identity(request))).toEqual(missing)
    },
  )

  it('shows no claims where the request is logged', async () => {
    for (const phase of ['before', 'unbound'] as const) {
      const gate = createGate(widget)
      await received(withToken, async (request) => {
        passedStep(await gate[phase](request))
        const shown = inspect(Object.assign({}, request, { headers: {}, rawHeaders: [] }), {
          depth: 9,
        })
        expect(shown).toContain('[countersign]')
        expect(shown).not.toContain('u-1')
      })
    }
  })
})

describe('enter: what a route asks for', () => {
  const route = { open: false, optional: undefined, unbound: false }

  it('is both phases where none follows, and else the first', async () => {
    const gate = createGate(widget)
    for (const isLast of [true, false])
      await received(withToken, async (request) => {
        const step = passedStep(await gate.enter(request, route, isLast))
        expect(gate.identity(request)).toBe(step.identity)
        if (isLast)
          expect(refusedStep(gate.after(request, undefined))).toMatchObject({ code: missing.code })
        else expect(passedStep(gate.after(request, undefined)).identity).toBe(step.identity)
      })
  })

  it('never binds a body that is not parsed yet, whatever is said of it', async () => {
    const gate = createGate(search)
    for (const isLast of [true, false])
      await received(json('{"integrationId":"globex"}'), async (request) => {
        expect(passedStep(await gate.enter(request, route, isLast)).identity).toBeUndefined()
        expect(refusalOf(() => gate.identity(request))).toEqual(missing)
        expect(refusedStep(gate.after(request, await read(request)))).toMatchObject({
          code: 'tenant_mismatch',
        })
      })
  })

  it('is as the route says: open, optional, unbound', async () => {
    const gate = createGate(search)
    await received({}, async (request) => {
      expect(refusedStep(await gate.enter(request, route, false))).toMatchObject({
        code: 'token_missing',
      })
      expect(await gate.enter(request, { ...route, open: true }, false)).toEqual({ ok: true })
      expect((await gate.enter(request, { ...route, optional: true }, false)).ok).toBe(true)
    })
    await received(withSearch(), async (request) => {
      const step = passedStep(await gate.enter(request, { ...route, unbound: true }, false))
      expect(step.identity).toMatchObject({ kind: 'verified', bodyBound: false })
    })
  })
})

describe('optional', () => {
  it('lets a request without a token pass as anonymous, per gate or per call', async () => {
    const [open, closed] = [createGate({ ...widget, optional: true }), createGate(widget)]
    const anonymous = { identity: { kind: 'anonymous' } }
    expect(
      passedStep(await received({}, (request) => open.both(request, undefined))),
    ).toMatchObject(anonymous)
    expect(passedStep(await received({}, (request) => open.unbound(request)))).toMatchObject(
      anonymous,
    )
    expect(
      passedStep(await received({}, (request) => closed.both(request, undefined, undefined, true))),
    ).toMatchObject(anonymous)
    expect((await received({}, (request) => open.before(request))).ok).toBe(true)
    expect((await received({}, (request) => closed.before(request, undefined, true))).ok).toBe(true)
    expect((await received({}, (request) => closed.unbound(request, undefined, true))).ok).toBe(
      true,
    )
    for (const step of [
      await received({}, (request) => closed.both(request, undefined)),
      await received({}, (request) => closed.before(request)),
      await received({}, (request) => closed.unbound(request)),
      await received({}, (request) => open.both(request, undefined, undefined, false)),
      await received({}, (request) => open.before(request, undefined, false)),
      await received({}, (request) => open.unbound(request, undefined, false)),
    ])
      expect(refusedStep(step)).toMatchObject({ code: 'token_missing' })
  })

  it('never excuses a bad token', async () => {
    const open = createGate({ ...widget, optional: true })
    const bad = { headers: { authorization: 'Bearer x' } }
    expect(
      refusedStep(await received(bad, (request) => open.both(request, undefined))),
    ).toMatchObject({
      code: 'token_rejected',
    })
  })
})

describe('a preflight, and skip', () => {
  const gate = createGate(search)

  it('passes without identity, in every step', async () => {
    await received(preflight, async (request) => {
      expect(await gate.both(request, undefined)).toEqual({ ok: true })
      expect(await gate.before(request)).toEqual({ ok: true })
      expect(gate.after(request, undefined)).toEqual({ ok: true })
      expect(await gate.unbound(request)).toEqual({ ok: true })
      expect(refusalOf(() => gate.identity(request))).toEqual(missing)
    })
  })

  it('is not any other OPTIONS', async () => {
    const step = await received({ method: 'OPTIONS' }, (request) => gate.both(request, undefined))
    expect(refusedStep(step)).toMatchObject({ code: 'token_missing' })
  })

  it('skip lets a request through to the end', async () => {
    await received({}, (request) => {
      expect(gate.skip(request)).toEqual({ ok: true })
      expect(gate.after(request, undefined)).toEqual({ ok: true })
      expect(refusalOf(() => gate.identity(request))).toEqual(missing)
    })
  })
})

describe('two gates', () => {
  it('do not take each other’s identities', async () => {
    const [outer, inner] = [createGate(widget), createGate(widget)]
    await received(withToken, async (request) => {
      await outer.both(request, undefined)
      expect(refusalOf(() => inner.identity(request))).toEqual(missing)
      await inner.both(request, undefined)
      expect(inner.identity(request)).toMatchObject({ userId: 'u-1' })
      expect(refusalOf(() => outer.identity(request))).toEqual(missing)
    })
  })

  it('with one authenticator share them', async () => {
    const authenticator = createAuthenticator(widget)
    const [one, two] = [createGate(authenticator), createGate({ authenticator })]
    await received(withToken, async (request) => {
      await one.both(request, undefined)
      expect(two.identity(request)).toBe(one.identity(request))
    })
  })
})
