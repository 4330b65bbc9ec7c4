import type { AddressInfo } from 'node:net'
import defaultExport, {
  countersign,
  requireRole,
  type FastifyCountersignOptions,
  type RouteOptions,
} from '@countersign/fastify'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import request from 'supertest'
import { afterEach, describe, expect, it } from 'vitest'
import { keyless, widget } from '../../src/contract/services.ts'
import { expectProblem } from '../../src/contract/problem.ts'
import { send } from '../../src/contract/raw-client.ts'
import { polluted } from '../../src/fixtures/pollution.ts'
import { searchToken } from '../../src/fixtures/search.ts'
import { widgetToken } from '../../src/fixtures/widget.ts'

let app: FastifyInstance
const good = { Authorization: `Bearer ${widgetToken()}` }
const signed = { 'User-Token': searchToken({ filters: { attributes: { env: 'dev' } } }) }

function create(): FastifyInstance {
  app = fastify({ forceCloseConnections: true })
  return app
}

async function url(): Promise<string> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
}

afterEach(() => app.close())

const who = (request_: FastifyRequest) => ({ identity: request_.identity, body: request_.body })

describe('routes', () => {
  it('a path that is not there is protected: nobody learns which are', async () => {
    await create().register(countersign(widget()))
    app.get('/there', who)
    const at = await url()
    await request(at).get('/there').expect(401)
    await request(at).get('/nowhere').expect(401)
    await request(at).post('/there').expect(401)
    await request(at).get('/nowhere').set(good).expect(404)
  })

  it('a not-found handler of the service is protected too', async () => {
    await create().register(countersign(widget()))
    app.setNotFoundHandler((_request, reply) => reply.code(404).send({ mine: true }))
    const at = await url()
    await request(at).get('/nowhere').expect(401)
    await request(at).get('/nowhere').set(good).expect(404, { mine: true })
  })

  it('config.countersign: false opens a route, whatever comes with the request', async () => {
    await create().register(countersign(keyless()))
    app.post('/open', { config: { countersign: false } }, who)
    const at = await url()
    const body = { integrationId: 'int_other', filters: 'mine' }
    for (const headers of [{}, { 'User-Token': 'a.b.c' }, signed])
      await request(at).post('/open').set(headers).send(body).expect(200, { identity: null, body })
  })

  it('config.countersign: { optional: true } lets one route be anonymous', async () => {
    await create().register(countersign(widget()))
    app.get('/maybe', { config: { countersign: { optional: true } } }, who)
    app.get('/always', who)
    const at = await url()
    const answer = await request(at).get('/maybe').expect(200)
    expect(answer.body).toMatchObject({ identity: { kind: 'anonymous' } })
    await request(at).get('/always').expect(401)
    await request(at).get('/maybe').set('Authorization', 'Bearer a.b.c').expect(401)
    await request(at).get('/maybe').set('X-Tenant-Key', 'ten_acme').expect(401)
  })

  it("config.countersign: { body: 'unbound' } leaves one route's body alone", async () => {
    await create().register(countersign(keyless()))
    app.post('/raw', { config: { countersign: { body: 'unbound' } } }, who)
    app.post('/bound', who)
    const at = await url()
    const body = { integrationId: 'int_other' }
    const answer = await request(at).post('/raw').set(signed).send(body).expect(200)
    expect(answer.body).toMatchObject({ identity: { bodyBound: false }, body })
    await request(at).post('/raw').send(body).expect(401)
    await request(at).post('/bound').set(signed).send(body).expect(403)
  })

  it('both at once', async () => {
    await create().register(countersign(keyless()))
    app.post('/', { config: { countersign: { optional: true, body: 'unbound' } } }, who)
    const answer = await request(await url())
      .post('/')
      .send({ a: 1 })
      .expect(200)
    expect(answer.body).toMatchObject({ identity: { kind: 'anonymous', bodyBound: false } })
  })

  it.each<[string, unknown, RouteOptions | undefined, number]>([
    ['countersign', false, undefined, 401],
    ['countersign', { optional: true }, undefined, 401],
    ['optional', true, { body: 'unbound' }, 401],
    ['body', 'unbound', { optional: true }, 403],
  ])('Object.prototype.%s = %j is no config of a route', async (name, value, config, status) => {
    await create().register(countersign(keyless()))
    app.post('/', config === undefined ? {} : { config: { countersign: config } }, who)
    const sent = request(await url())
      .post('/')
      // Where one may be anonymous, what must not come off is the binding.
      .set(status === 403 ? signed : {})
      .send({ integrationId: 'int_other' })
    const answer = await polluted(name, value, async () => sent)
    expect(answer.status).toBe(status)
  })

  it.each([
    ['true', true],
    ['null', null],
    ['a text', 'optional'],
    ['a list', []],
    ['optional: false', { optional: false }],
    ['optional: undefined', { optional: undefined }],
    ['body: bound', { body: 'bound' }],
    ['a mistyped name', { optionl: true }],
    ['an option of countersign()', { errors: 'throw' }],
  ])('config that is not known throws at onRoute: %s', async (_name, config) => {
    await create().register(countersign(widget()))
    expect(() => app.get('/oops', { config: { countersign: config as never } }, who)).toThrow(
      new TypeError('countersign: route /oops has options that are not known'),
    )
  })

  it('config.countersign: undefined is absent: protected', async () => {
    await create().register(countersign(widget()))
    app.get('/', { config: { countersign: undefined as never } }, who)
    await request(await url())
      .get('/')
      .expect(401)
  })
})

describe('public', () => {
  it('opens routes of other plugins', async () => {
    await create().register(
      countersign({ ...widget(), public: ({ url: path }) => path === '/docs' }),
    )
    app.get('/docs', who)
    app.get('/docs2', who)
    const at = await url()
    await request(at).get('/docs').expect(200, { identity: null })
    await request(at).get('/docs2').expect(401)
    await request(at).get('/docs/').expect(401)
  })

  it.each<[string, unknown]>([
    ['async, though it would say yes', () => Promise.resolve(true)],
    ['1', () => 1],
    ['nothing', () => undefined],
  ])('only true opens: %s', async (_name, open) => {
    await create().register(countersign({ ...widget(), public: open as () => boolean }))
    app.get('/', who)
    await request(await url())
      .get('/')
      .expect(401)
  })

  it('one that throws opens nothing', async () => {
    let calls = 0
    const open = (): boolean => {
      throw new Error('boom')
    }
    await create().register(countersign({ ...widget(), public: open }))
    app.get('/', () => {
      calls += 1
      return {}
    })
    await request(await url())
      .get('/')
      .set(good)
      .expect(500)
    expect(calls).toBe(0)
  })

  it('anything but a function is a TypeError', () => {
    create()
    expect(() => countersign({ ...widget(), public: true as never })).toThrow(
      new TypeError('countersign: option "public" must be a function'),
    )
  })

  it('a guard behind an open route: 500, never a pass', async () => {
    await create().register(countersign({ ...widget(), public: () => true }))
    app.get('/', { preHandler: requireRole('admin') }, who)
    const answer = await request(await url())
      .get('/')
      .set(good)
      .expect(500)
    expect(answer.body).toMatchObject({ code: 'identity_missing' })
  })
})

describe('registration', () => {
  const ways: Record<string, (options: FastifyCountersignOptions) => Promise<unknown>> = {
    'register(countersign(options))': async (options) => app.register(countersign(options)),
    'register(countersign(options), {})': async (options) => app.register(countersign(options), {}),
    'register(default export, options)': async (options) => app.register(defaultExport, options),
    'register(default export(options))': async (options) => app.register(defaultExport(options)),
    'register(countersign(options), { logLevel })': async (options) =>
      app.register(countersign(options), { logLevel: 'silent' }),
    'register(default export, { ...options, logLevel })': async (options) =>
      app.register(defaultExport, { ...options, logLevel: 'silent' } as never),
    'register(default export, options with public)': async (options) =>
      app.register(defaultExport, { ...options, public: () => false }),
  }

  it.each(Object.entries(ways))('%s protects the scope it stands in', async (_name, register) => {
    create()
    await register(widget())
    app.get('/', who)
    const at = await url()
    await request(at).get('/').expect(401)
    await request(at).get('/nowhere').expect(401)
    const answer = await request(at).get('/').set(good).expect(200)
    expect(answer.body).toMatchObject({ identity: { userId: 'usr_7' } })
  })

  it('register(countersign, options): the named export as a plugin', async () => {
    create()
    await app.register(async (scope) => {
      await scope.register(countersign, widget())
      scope.get('/', who)
    })
    await expectProtectedOrRefused()
  })

  it.each<[string, typeof countersign]>([
    ['named', countersign],
    ['default', defaultExport],
  ])('register(%s import, options) reaches the routes of its parent', async (_name, plugin) => {
    create()
    app.get('/before', who)
    await app.register(plugin, widget())
    app.get('/after', who)
    await app.register(async (sibling) => {
      sibling.get('/sibling', who)
    })
    const at = await url()
    for (const path of ['/before', '/after', '/sibling', '/nowhere'])
      await request(at).get(path).expect(401)
    for (const path of ['/before', '/after', '/sibling']) {
      const answer = await request(at).get(path).set(good).expect(200)
      expect(answer.body).toMatchObject({ identity: { userId: 'usr_7' } })
    }
  })

  it('prefix is refused: a plugin without routes cannot have one', async () => {
    create()
    await expect(
      (async () => {
        await app.register(countersign(widget()), { prefix: '/v1' })
      })(),
    ).rejects.toThrow('option "prefix" is refused')
  })

  it.each([
    ['prefix', { ...widget(), prefix: '/v1' }, 'option "prefix" is refused'],
    ['an unknown option', { ...widget(), secret: 'x' }, 'unknown option "secret"'],
    ['no options at all', {}, 'option "profile"'],
  ])('%s among the options is a rejection, not a crash', async (_name, options, message) => {
    app = fastify({ pluginTimeout: 500 })
    const registered = (async () => {
      await app.register(defaultExport, options as never)
    })()
    await expect(registered).rejects.toThrow(message)
  })

  it('an unknown option at registration throws', async () => {
    create()
    await expect(
      (async () => {
        await app.register(countersign(widget()), { optional: true } as never)
      })(),
    ).rejects.toThrow('unknown option "optional" at registration')
  })

  it('has the name and the version range that tools read', () => {
    create()
    const meta = (defaultExport as unknown as Record<symbol, { name: string; fastify: string }>)[
      Symbol.for('plugin-meta')
    ]
    expect(meta).toMatchObject({ name: '@countersign/fastify', fastify: '5.x' })
  })

  // Without fastify-plugin's mark, it would guard a scope of its own with no routes in it.
  async function expectProtectedOrRefused(): Promise<void> {
    const at = await url()
    await request(at).get('/').expect(401)
    await request(at).get('/').set(good).expect(200)
  }
})

describe('scopes', () => {
  it('a child scope is protected, what stands outside is not', async () => {
    create()
    app.get('/outside', who)
    await app.register(
      async (scope) => {
        await scope.register(countersign(widget()))
        scope.get('/inside', who)
        await scope.register(async (child) => {
          child.get('/deeper', who)
        })
      },
      { prefix: '/v1' },
    )
    const at = await url()
    await request(at).get('/outside').expect(200)
    await request(at).get('/v1/inside').expect(401)
    await request(at).get('/v1/deeper').expect(401)
    await request(at).get('/v1/deeper').set(good).expect(200)
  })

  it('routes that were added before are protected too', async () => {
    create()
    app.get('/before', who)
    await app.register(countersign(widget()))
    const at = await url()
    await request(at).get('/before').expect(401)
    await request(at).get('/before').set(good).expect(200)
  })

  it('config of routes that were added before was never checked: it opens nothing', async () => {
    create()
    for (const [index, config] of [{ optional: 'no' }, { optional: 1 }, true, 'open', 0].entries())
      app.get(`/${index}`, { config: { countersign: config as never } }, who)
    await app.register(countersign(widget()))
    const at = await url()
    for (const index of [0, 1, 2, 3, 4]) await request(at).get(`/${index}`).expect(401)
  })

  it('config.countersign: false of a nested scope opens both', async () => {
    create()
    await app.register(countersign(widget()))
    await app.register(async (scope) => {
      await scope.register(countersign(keyless()))
      scope.get('/open', { config: { countersign: false } }, who)
    })
    await request(await url())
      .get('/open')
      .expect(200, { identity: null })
  })
})

describe('bodies', () => {
  it('what validation rewrites cannot bypass binding: phase 2 runs after it', async () => {
    create()
    await app.register(countersign(keyless()))
    const schema = {
      body: {
        type: 'object',
        additionalProperties: false,
        properties: {
          // Ajv turns a list of one, or a number, into the text that the schema asks for.
          integrationId: { type: 'string', default: 'int_other' },
          filters: {
            type: 'object',
            additionalProperties: false,
            default: { attributes: { env: 'prod' } },
            properties: { attributes: { type: 'object' } },
          },
          userAttributes: { type: 'object', default: { userId: 'root' } },
        },
      },
    }
    app.post('/', { schema }, who)
    const at = await url()

    // useDefaults puts another tenant into the body: it is bound as if it had been sent.
    await request(at).post('/').set(signed).send({}).expect(403)
    // coerceTypes does not make a tenant that was not sent as one pass for another.
    await request(at).post('/').set(signed).send({ integrationId: 7 }).expect(403)
    const answer = await request(at)
      .post('/')
      .set(signed)
      .send({ integrationId: 'int_docs', integration_id: 'int_other', extra: 1 })
      .expect(200)
    // removeAdditional took the other spelling away; the filter and attributes of the defaults give way to what was signed.
    expect(answer.body).toMatchObject({
      body: {
        integrationId: 'int_docs',
        filters: { attributes: { env: 'dev' } },
        userAttributes: { userId: 'usr_9' },
      },
    })
    expect((answer.body as { body: object }).body).not.toHaveProperty('extra')
  })

  it('filters that removeAdditional emptied mean what is left of them', async () => {
    create()
    await app.register(countersign(keyless()))
    const attributes = { type: 'object', additionalProperties: false, properties: { lang: {} } }
    const filters = { type: 'object', properties: { attributes } }
    app.post('/', { schema: { body: { type: 'object', properties: { filters } } } }, who)
    const answer = await request(await url())
      .post('/')
      .set(signed)
      .send({ filters: { attributes: { env: 'prod', lang: 'en' } } })
      .expect(200)
    expect(answer.body).toMatchObject({
      body: { filters: { attributes: { $and: [{ env: 'dev' }, { lang: 'en' }] } } },
    })
  })

  it('a preValidation hook that changes the body is bound too', async () => {
    create()
    await app.register(countersign(keyless()))
    app.addHook('preValidation', (request_, _reply, done) => {
      request_.body = { integrationId: 'int_other' }
      done()
    })
    app.post('/', who)
    await request(await url())
      .post('/')
      .set(signed)
      .send({ integrationId: 'int_docs' })
      .expect(403)
  })

  it.each([
    ['a text', 'text/plain', 'a', 400],
    ['multipart, which nobody parses', 'multipart/form-data; boundary=b', '--b--', 415],
    ['a form, which nobody parses', 'application/x-www-form-urlencoded', 'a=1', 415],
  ])('%s: never a pass', async (_name, type, body, status) => {
    create()
    let calls = 0
    await app.register(countersign(keyless()))
    app.post('/', () => {
      calls += 1
      return {}
    })
    const at = await url()
    await request(at).post('/').set(signed).type(type).send(body).expect(status)
    // Phase 1 comes first: without a token nobody learns what is parsed.
    await request(at).post('/').type(type).send(body).expect(401)
    expect(calls).toBe(0)
  })

  it('a GET whose body Fastify does not read: refused', async () => {
    create()
    await app.register(countersign(keyless()))
    app.get('/', who)
    await url()
    const { port } = app.server.address() as AddressInfo
    const answer = await send(
      { port },
      {
        path: '/',
        headers: [...Object.entries(signed), ['Content-Type', 'application/json']],
        body: '{"integrationId":"int_other"}',
      },
    )
    expectProblem(answer, 'body_not_parsed', { vary: 'User-Token' })
  })
})
