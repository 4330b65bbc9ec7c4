import type { Filters } from '@countersign/filters'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createToken, headersOf } from '../src/customers.ts'
import type { Database } from '../src/database.ts'
import { serve, usersOf, type Reply, type Service } from './service.ts'

/** A database that must not be asked. */
const asked: string[] = []
const database: Database = {
  query(text) {
    asked.push(text)
    return Promise.resolve([])
  },
  transaction: (work) => work(database),
  close: () => Promise.resolve(),
}

let service: Service
let users: ReturnType<typeof usersOf>
beforeAll(async () => {
  service = await serve(database)
  users = usersOf(service.customers)
})
afterAll(() => service.close())

const SEARCH = '/v1/search'
const OPENAI = '/v1/chat/completions'
const BEGIN = '/v0/chat_sessions/chat_results'
const CONTINUE = '/v0/chat_sessions/cs_x/chat_results'
const user = (content: unknown) => ({ role: 'user', content })
const filters = (attributes: unknown) => ({ query: 'deploy', filters: { attributes } })

describe('a body that is wrong', () => {
  it.each<[string, unknown, string]>([
    [SEARCH, {}, '/query'],
    [SEARCH, { query: '' }, '/query'],
    [SEARCH, { query: ' \n' }, '/query'],
    [SEARCH, { query: 7 }, '/query'],
    [SEARCH, { query: 'x'.repeat(1001) }, '/query'],
    [SEARCH, { query: 'a\0b' }, '/query'],
    [SEARCH, '{"query":"\\ud800"}', '/query'],
    [SEARCH, { query: 'x', limit: 0 }, '/limit'],
    [SEARCH, { query: 'x', limit: 51 }, '/limit'],
    [SEARCH, { query: 'x', limit: 1.5 }, '/limit'],
    [SEARCH, { query: 'x', limit: '10' }, '/limit'],
    [SEARCH, { query: 'x', limit: null }, '/limit'],
    [SEARCH, { query: 'x', filter: { attributes: { env: 'dev' } } }, ''],
    [SEARCH, [], ''],
    [SEARCH, '"text"', ''],
    [SEARCH, 'null', ''],
    [SEARCH, '{"query":', ''],
    [SEARCH, '', ''],
    [SEARCH, '{"query":"x","__proto__":{"a":1}}', ''],
    [SEARCH, filters({ env: { $ne: 'dev' } }), '/filters/attributes'],
    [SEARCH, filters({ $or: [{ env: 'dev' }, {}] }), '/filters/attributes/$or/1'],
    [SEARCH, filters({ $and: [] }), '/filters/attributes/$and'],
    [SEARCH, filters({ 'a.b': 'x' }), '/filters/attributes'],
    [SEARCH, { query: 'x', filters: 'env:dev' }, '/filters'],
    [SEARCH, { query: 'x', userAttributes: [] }, '/userAttributes'],
    [OPENAI, {}, '/messages'],
    [OPENAI, { messages: [] }, '/messages'],
    [OPENAI, { messages: 'deploy' }, '/messages'],
    [OPENAI, { messages: [null] }, '/messages/0'],
    [OPENAI, { messages: [{ role: 'assistant', content: 'x' }] }, '/messages'],
    [OPENAI, { messages: [user('x'), user(null)] }, '/messages/1/content'],
    [OPENAI, { messages: [user([{ type: 'image_url' }])] }, '/messages/0/content'],
    [OPENAI, { messages: [user([])] }, '/messages/0/content'],
    [OPENAI, { messages: Array.from({ length: 201 }, () => user('x')) }, '/messages'],
    [OPENAI, { messages: [user('x')], stream: 'true' }, '/stream'],
    [BEGIN, {}, '/chat_session'],
    [BEGIN, { chat_session: [] }, '/chat_session'],
    [BEGIN, { chat_session: {} }, '/chat_session/messages'],
    [BEGIN, { chat_session: { messages: [user('')] } }, '/chat_session/messages/0/content'],
    [BEGIN, { chat_session: { messages: [user('x')] }, stream: 1 }, '/stream'],
    [CONTINUE, {}, '/message'],
    [CONTINUE, { message: user('') }, '/message/content'],
    [CONTINUE, { message: user('x'), filters: [] }, '/filters'],
  ])('%s %j is 400 with the pointer %j, and the database is not asked', async (path, body, at) => {
    const reply = await service.post(path, users.mia, body)
    expect(reply.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(reply).toMatchObject({
      status: 400,
      body: {
        status: 400,
        code: 'body_invalid',
        action: 'stop',
        errors: [{ pointer: at, detail: expect.stringMatching(/\.$/) }],
      },
    })
    expect(asked).toEqual([])
  })

  it('is 415 where it is no JSON, and 413 where it is too large', async () => {
    const form = await service.post(
      SEARCH,
      { ...users.mia, 'content-type': 'application/x-www-form-urlencoded' },
      'query=deploy',
    )
    expect([form.status, form.body.code]).toEqual([415, 'body_unsupported'])
    const large = await service.post(SEARCH, users.mia, { query: 'x'.repeat(200_000) })
    expect([large.status, large.body.code]).toEqual([413, 'body_too_large'])
    expect(asked).toEqual([])
  })

  it('is said without a word of it', async () => {
    const canary = 'canary-7c2f'
    const replies: Reply[] = [
      await service.post(SEARCH, users.mia, { query: canary.repeat(200) }),
      await service.post(SEARCH, users.mia, { query: 'x', [canary]: canary }),
      await service.post(SEARCH, users.mia, filters({ [canary]: { $ne: canary } })),
      await service.post(SEARCH, users.mia, `{"${canary}"`),
      await service.post(`/${canary}`, users.mia, {}),
      await service.post(`/%zz${canary}`, users.mia, {}),
    ]
    for (const { status, body } of replies) {
      expect(status).toBeGreaterThanOrEqual(400)
      expect(body.code).toMatch(/^(?:body_invalid|not_found)$/)
      expect(JSON.stringify(body)).not.toContain(canary)
    }
  })
})

describe('a filter that cannot be compiled', () => {
  it('is 400 with the pointer, and the database is not asked', async () => {
    const mapped = await serve(database, { mapping: { columns: { env: 'env' } } })
    const { acme } = mapped.customers
    const signed: Pick<Filters, 'attributes'> = { attributes: { env: 'dev' } }
    const headers = headersOf(acme, createToken(acme, { filters: signed }))
    const body = filters({ $or: [{ env: 'dev' }, { colour: 'red' }] })
    expect(await mapped.post(SEARCH, headers, body)).toMatchObject({
      status: 400,
      body: { code: 'body_invalid', errors: [{ pointer: '/filters/attributes/$and/1/$or/1' }] },
    })
    expect(asked).toEqual([])
    await mapped.close()
  })
})

it('asks the database when nothing is wrong', async () => {
  expect((await service.post(SEARCH, users.mia, { query: 'deploy' })).status).toBe(200)
  expect(asked).toHaveLength(2)
})
