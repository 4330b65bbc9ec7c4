// What somebody with a token, or without one, might try in order to see more.
import { describe, expect, it } from 'vitest'
import { createToken, headersOf } from '../src/customers.ts'
import { serve, type Content, type Context } from './service.ts'

type Headers = Record<string, string>

export function describeAttacks(context: Context): void {
  /** What every article satisfies: to be without a word that none has. */
  const ANY = '-nonesuch'
  const BEGIN = '/v0/chat_sessions/chat_results'
  const continued = (id: string): string => `/v0/chat_sessions/${id}/chat_results`
  const user = (content: string) => ({ role: 'user', content })

  async function begin(headers: Headers, content: string, more: object = {}): Promise<Content> {
    const chat_session = { messages: [user(content)] }
    return (await context.service.post(BEGIN, headers, { chat_session, ...more })).body
  }

  async function goOn(headers: Headers, id: string, content: string, more: object = {}) {
    const { status, body } = await context.service.post(continued(id), headers, {
      message: user(content),
      ...more,
    })
    return [status, body.code ?? body.message?.content.split('\n')[0]]
  }

  describe('filters in the body', () => {
    it.each([
      ['another value', { env: 'prod' }],
      ['an $or with another value', { $or: [{ env: 'prod' }, { env: 'dev' }] }],
      ['an $or around everything', { $or: [{ visibility: 'internal' }, { visibility: 'public' }] }],
      ['all modules', { modules: { $in: ['deploy', 'billing', 'security', 'database'] } }],
    ])('cannot widen those of the token: %s', async (_what, attributes) => {
      const limit = 50
      const allowed = await context.service.titles(context.users.mia, ANY, { limit })
      const found = await context.service.titles(context.users.mia, ANY, {
        limit,
        filters: { attributes },
      })
      expect(allowed.length).toBeGreaterThan(5)
      expect(found.length).toBeGreaterThan(0)
      expect(allowed).toEqual(expect.arrayContaining(found))
    })

    it('can narrow them', async () => {
      const filters = { attributes: { modules: 'billing' } }
      const found = await context.service.titles(context.users.mia, ANY, { filters })
      expect(found.toSorted()).toEqual([
        'Change the plan',
        'Invoices and receipts',
        'Spending limits',
      ])
    })

    it('are not read from a query string, nor from a GET', async () => {
      const filters = encodeURIComponent('{"attributes":{"env":"prod"}}')
      const get = await fetch(`${context.service.url}/v1/search?query=traffic&filters=${filters}`, {
        headers: context.users.mia,
      })
      expect([get.status, ((await get.json()) as Content).code]).toEqual([404, 'not_found'])
      const posted = await context.service.post(
        `/v1/search?filters=${filters}`,
        context.users.mia,
        {
          query: 'traffic',
        },
      )
      expect(posted.body.hits).toEqual([])
    })

    it('are not those that are compiled: what changes the body later changes nothing (38)', async () => {
      const found = await context.service.titles({ ...context.users.mia, 'x-mutate': '1' }, ANY, {
        limit: 50,
      })
      expect(found).toEqual(await context.service.titles(context.users.mia, ANY, { limit: 50 }))
    })

    it('are not the only ones: a token without is refused, whatever its integration asks for', async () => {
      const { customers } = context.service
      const { acme } = customers
      const lax = { ...acme, tenant: { ...acme.tenant, requiredFilterAttributes: undefined } }
      const other = await serve(context.database, { customers: { ...customers, acme: lax } })
      const token = createToken(acme, { userAttributes: { userId: 'eve' } })
      for (const filters of [undefined, { attributes: { env: 'prod' } }]) {
        const body = { query: ANY, filters }
        const reply = await other.post('/v1/search', headersOf(acme, token), body)
        expect([reply.status, reply.body.code]).toEqual([403, 'filters_missing'])
      }
      await other.close()
    })

    it('of a token are refused where the required attribute is inside an $or only (14)', async () => {
      const filters = { attributes: { $or: [{ env: 'dev' }, { visibility: 'internal' }] } }
      const token = createToken(context.service.customers.acme, { filters })
      const reply = await context.service.post(
        '/v1/search',
        headersOf(context.service.customers.acme, token),
        { query: ANY },
      )
      expect([reply.status, reply.body.code]).toEqual([403, 'filters_missing'])
    })
  })

  describe('integrations', () => {
    it('find their own articles only, whatever their filters say', async () => {
      const wide = (env: string[]) => ({ filters: { attributes: { env: { $in: env } } } })
      const all = headersOf(
        context.service.customers.acme,
        createToken(context.service.customers.acme, wide(['dev', 'prod'])),
      )
      const { body } = await context.service.post('/v1/search', all, { query: ANY, limit: 50 })
      expect(body.hits).toHaveLength(15)
      expect(body.hits!.every((hit) => JSON.stringify(hit).includes('"relay"'))).toBe(true)
    })

    it.each([
      [
        "another integration's API key",
        () => headersOf(context.service.customers.globex, context.users.developer),
        {},
      ],
      ['another integration in the body', () => context.users.mia, { integrationId: 'int_globex' }],
      ['... in its other spelling', () => context.users.mia, { integration_id: 'int_globex' }],
      [
        'two spellings that differ',
        () => context.users.mia,
        { integrationId: 'int_acme', integration_id: 'int_globex' },
      ],
    ])('are not mixed: %s (30)', async (_what, headers, more) => {
      const before = context.database.count()
      const { status, body } = await context.service.post('/v1/search', headers(), {
        query: ANY,
        ...more,
      })
      expect([status, body.code]).toEqual([403, 'tenant_mismatch'])
      expect(context.database.count()).toBe(before)
    })

    it('with visitors show them what is public, and a bad token is no visitor', async () => {
      const limit = 50
      const { body } = await context.service.post('/v1/search', context.users.visitor, {
        query: ANY,
        limit,
        filters: { attributes: { visibility: 'internal' } },
      })
      expect(body.hits!.length).toBeGreaterThan(5)
      for (const { attributes } of body.hits!)
        expect(attributes).toMatchObject({ visibility: 'public' })
      const bad = await context.service.post(
        '/v1/search',
        headersOf(context.service.customers.initech, 'null'),
        {
          query: ANY,
        },
      )
      expect([bad.status, bad.body.code]).toEqual([401, 'token_rejected'])
    })
  })

  it('find no more where the compiled WHERE stands alone, without the policy', async () => {
    const bare = await serve(context.database, {
      cache: false,
      customers: context.service.customers,
    })
    const find = async (): Promise<string[][]> => [
      await bare.titles(context.users.mia, ANY, { limit: 50 }),
      await bare.titles(context.users.tom, ANY, { limit: 50 }),
      await bare.titles(context.users.ann, ANY, { limit: 50 }),
      await bare.titles(context.users.visitor, ANY, { limit: 50 }),
    ]
    const both = await find()
    await context.database.query(
      'alter table search_service.articles disable row level security',
      [],
    )
    const alone = await find()
    await context.database.query(
      'alter table search_service.articles enable row level security',
      [],
    )
    await bare.close()
    expect(alone).toEqual(both)
    expect(both.map(({ length }) => length)).toEqual([8, 10, 10, 12])
  })

  describe('chat sessions', () => {
    it('cannot be gone on with by another user, or from another integration (29)', async () => {
      const { chat_session_id: id = '' } = await begin(context.users.tom, 'backup')
      expect(await goOn(context.users.tom, id, 'traffic')).toEqual([
        200,
        expect.stringMatching(/^A deploy to production/),
      ])
      const unknown = [404, 'session_unknown']
      expect(await goOn(context.users.mia, id, 'preview')).toEqual(unknown)
      expect(await goOn(context.users.ann, id, 'warehouse')).toEqual(unknown)
      expect(await goOn(context.users.visitor, id, 'restore')).toEqual(unknown)
      expect(await goOn(context.users.tom, `cs_${'A'.repeat(32)}`, 'traffic')).toEqual(unknown)
      expect(await goOn(context.users.tom, `${id}%00`, 'traffic')).toEqual(unknown)

      // Two integrations may have a user of the same name.
      const { chat_session_id: other = '' } = await begin(context.users.ann, 'warehouse')
      expect(await goOn(context.users.mia, other, 'preview')).toEqual(unknown)
    })

    it('are held to the token of each turn: begun under a wider one, then under a narrower one (29)', async () => {
      const tokenOf = (env: string[]): string =>
        createToken(context.service.customers.acme, {
          filters: { attributes: { env: { $in: env } } },
          userAttributes: { userId: 'tom' },
        })
      const wide = headersOf(context.service.customers.acme, tokenOf(['dev', 'prod']))
      const narrow = headersOf(context.service.customers.acme, tokenOf(['dev']))
      const { chat_session_id: id = '' } = await begin(wide, 'traffic')
      expect(await goOn(wide, id, 'traffic')).toEqual([200, expect.stringContaining('traffic')])
      expect(await goOn(narrow, id, 'traffic')).toEqual([
        200,
        'I found nothing about that in the articles that you may see.',
      ])
    })

    it('take no wider filters from the body of a turn', async () => {
      const { chat_session_id: id = '' } = await begin(context.users.mia, 'preview')
      const filters = { attributes: { env: 'prod' } }
      expect(await goOn(context.users.mia, id, 'traffic', { filters })).toEqual([
        200,
        'I found nothing about that in the articles that you may see.',
      ])
    })

    it('of users who have no id belong to their attributes, in any order', async () => {
      const headers = (userAttributes: object): Headers =>
        headersOf(
          context.service.customers.acme,
          createToken(context.service.customers.acme, {
            filters: { attributes: { env: 'dev' } },
            userAttributes: { ...userAttributes },
          }),
        )
      const { chat_session_id: id = '' } = await begin(
        headers({ team: 'red', seats: { b: 1, a: 2 } }),
        'preview',
      )
      const [same] = await goOn(headers({ seats: { a: 2, b: 1 }, team: 'red' }), id, 'preview')
      expect(same).toBe(200)
      const [other] = await goOn(headers({ team: 'blue', seats: { b: 1, a: 2 } }), id, 'preview')
      expect(other).toBe(404)
    })

    it('are bounded for each owner: the least used is forgotten', async () => {
      const small = await serve(context.database, {
        perOwner: 2,
        customers: context.service.customers,
      })
      const start = async () => {
        const body = { chat_session: { messages: [user('restore')] } }
        return (await small.post(BEGIN, context.users.visitor, body)).body.chat_session_id ?? ''
      }
      const ids = [await start(), await start(), await start()]
      const statuses = []
      for (const id of ids) statuses.push((await goOn(context.users.visitor, id, 'restore'))[0])
      expect(statuses).toEqual([404, 200, 200])
      await small.close()
    })

    it('have ids that nobody can guess, and are forgotten after a day without a turn', async () => {
      const { chat_session_id: id = '' } = await begin(context.users.mia, 'preview')
      expect(id).toMatch(/^cs_[\w-]{32}$/)
      await context.database.query(
        `update search_service.chat_sessions set used_at = now() - interval '25 hours' where id = $1`,
        [id],
      )
      expect(await goOn(context.users.mia, id, 'preview')).toEqual([404, 'session_unknown'])
    })
  })

  describe('the cache of results', () => {
    it('is shared by those who may see the same, and by nobody else (31)', async () => {
      const ask = async (headers: Headers, query = 'traffic'): Promise<[string[], number]> => {
        const before = context.database.count()
        const titles = await context.service.titles(headers, query, { limit: 7 })
        return [titles, context.database.count() - before]
      }
      const [tom, asked] = await ask(context.users.tom)
      expect(tom).toEqual(['Deploy to production'])
      expect(asked).toBeGreaterThan(0)
      expect(await ask(context.users.tom)).toEqual([tom, 0]) // the cache is on

      expect(await ask(context.users.mia)).toEqual([[], asked])
      expect(await ask(context.users.ann)).toEqual([[], asked])
      expect(await ask(context.users.visitor)).toEqual([[], asked])

      const spelt = { filters: { attributes: { $and: [{ env: { $in: ['prod'] } }] } } }
      const same = headersOf(
        context.service.customers.acme,
        createToken(context.service.customers.acme, spelt),
      )
      expect(await ask(same)).toEqual([tom, 0]) // the same filter in another spelling
      // The same signed filter for another integration, that reads it over other articles.
      const both = { attributes: { $and: [{ env: 'prod' }, { plan: 'pro' }] } }
      const [acme, globex] = [context.service.customers.acme, context.service.customers.globex].map(
        (integration) => headersOf(integration, createToken(integration, { filters: both })),
      )
      expect((await ask(acme!, ANY))[0]).not.toEqual((await ask(globex!, ANY))[0])
    })
  })

  describe('injection', () => {
    const hostile = [
      "' or '1'='1",
      "'; drop table search_service.articles; --",
      '") || true || ("',
      '$1 $2 $3 $4',
      'deploy:* | !deploy & <->',
      '\\',
      "x' @@ 'y",
    ]

    it.each(hostile)('finds nothing more with the query %j', async (query) => {
      const allowed = await context.service.titles(context.users.mia, ANY, { limit: 50 })
      const found = await context.service.titles(context.users.mia, query, { limit: 50 })
      expect(allowed).toEqual(expect.arrayContaining(found))
      const chat = await context.service.post('/v1/chat/completions', context.users.mia, {
        messages: [user(query)],
      })
      expect(chat.status).toBe(200)
      expect(JSON.stringify(chat.body)).not.toContain('traffic')
    })

    it.each(hostile)('finds nothing with %j as a signed value', async (value) => {
      const filters = { attributes: { $and: [{ env: 'prod' }, { modules: { $in: [value] } }] } }
      const token = createToken(context.service.customers.acme, { filters })
      expect(
        await context.service.titles(headersOf(context.service.customers.acme, token), ANY),
      ).toEqual([])
    })

    it.each(hostile)('refuses %j as a key', async (key) => {
      const before = context.database.count()
      const filters = { attributes: { [key]: 'x' } }
      const { status, body } = await context.service.post('/v1/search', context.users.mia, {
        query: ANY,
        filters,
      })
      expect([status, body.code]).toEqual([400, 'body_invalid'])
      expect(context.database.count()).toBe(before)
    })

    it('leaves the articles as they were', async () => {
      expect(await context.service.titles(context.users.tom, 'traffic')).toEqual([
        'Deploy to production',
      ])
    })
  })

  describe('routes that there are not', () => {
    it.each(['/v1/embeddings', '/admin', '/v1/search/', '/V1/SEARCH', '/v0/chat_sessions/a/b/c'])(
      '%s is 401 without a token, and 404 with one (37)',
      async (path) => {
        const bare = await context.service.post(path, {}, {})
        expect([bare.status, bare.body.code]).toEqual([401, 'api_key_rejected'])
        const known = await context.service.post(path, context.users.mia, {})
        expect([known.status, known.body.code]).toEqual([404, 'not_found'])
      },
    )

    it('are refused in any method; only /health is open', async () => {
      for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS'])
        expect((await fetch(`${context.service.url}/v1/search`, { method })).status).toBe(401)
      expect((await fetch(`${context.service.url}/health`)).status).toBe(200)
    })
  })

  it('marks every answer as nobody else’s', async () => {
    const { headers } = await context.service.post('/v1/search', context.users.mia, {
      query: 'preview',
    })
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('vary')).toBe('User-Token')
  })
}
