import assert from 'node:assert/strict'
import { createToken, headersOf, type Customers } from './customers.ts'

type Ask = (path: string, body: object, expected: string) => Promise<Answer>

/** Asks the service what its customers' users would, and checks how each answer begins. */
export async function tour(
  url: string,
  { acme, globex, initech }: Customers,
): Promise<{ developer: string }> {
  // What the customers' backends sign for their users.
  const inDev = { $and: [{ env: 'dev' }, { modules: { $in: ['deploy', 'billing'] } }] }
  const developer = createToken(acme, {
    filters: { attributes: inDev },
    userAttributes: { userId: 'mia' },
  })
  const operator = createToken(acme, {
    filters: { attributes: { env: 'prod' } },
    userAttributes: { userId: 'tom' },
  })
  const staff = createToken(initech, {
    filters: { attributes: { visibility: { $in: ['public', 'internal'] } } },
  })
  const as = (headers: Record<string, string>): Ask => asking(url, headers)
  const mia = as(headersOf(acme, developer))
  const tom = as(headersOf(acme, operator))

  console.log('A developer at Acme: articles about "dev", in two modules')
  const narrowed = (attributes: object): object => ({ filters: { attributes } })
  await mia(SEARCH, { query: 'preview' }, 'Deploy a preview, Seed a database for previews')
  await mia(SEARCH, { query: 'preview', ...narrowed({ plan: 'free' }) }, 'Deploy a preview')
  await mia(SEARCH, { query: 'traffic', ...narrowed({ env: 'prod' }) }, 'nothing')
  await mia(SEARCH, { query: 'preview', limit: 1000 }, '400 body_invalid /limit')
  await mia(OPENAI, { messages: [user('How to restore a backup?')] }, 'I found nothing about that')

  console.log('\nAn operator at Acme: all about "prod"')
  await tom(SEARCH, { query: 'traffic' }, 'Deploy to production')
  await tom(OPENAI, { messages: [user('How to restore a backup?')] }, 'Backups are taken each hour')
  const first = { chat_session: { messages: [user('How to restore a backup?')] } }
  const { chat_session_id } = await tom(INKEEP, first, 'Backups are taken each hour')
  const session = INKEEP.replace('/chat_results', `/${chat_session_id}/chat_results`)
  await tom(session, { message: user('How to use SAML?') }, 'Upload the metadata of your')
  await mia(session, { message: user('How to use SAML?') }, '404 session_unknown')

  console.log('\nInitech has a public help centre, where staff see more')
  const both = 'Restore deleted messages, Restore a mailbox from backup'
  await as(headersOf(initech))(SEARCH, { query: 'restore' }, 'Restore deleted messages')
  await as(headersOf(initech, staff))(SEARCH, { query: 'restore' }, both)

  console.log('\nNo token, the token of another integration, a token without filters')
  const bare = createToken(acme, {})
  await as(headersOf(acme))(SEARCH, { query: 'restore' }, '401 token_missing')
  await as(headersOf(globex, operator))(SEARCH, { query: 'restore' }, '403 tenant_mismatch')
  await as(headersOf(acme, bare))(SEARCH, { query: 'restore' }, '403 filters_missing')
  return { developer }
}

const SEARCH = '/v1/search'
const OPENAI = '/v1/chat/completions'
const INKEEP = '/v0/chat_sessions/chat_results'
const user = (content: string): object => ({ role: 'user', content })

interface Answer {
  readonly code?: string
  readonly errors?: readonly { readonly pointer: string }[]
  readonly hits?: readonly { readonly title: string }[]
  readonly choices?: readonly [{ readonly message: { readonly content: string } }]
  readonly message?: { readonly content: string }
  readonly chat_session_id?: string
}

function asking(url: string, headers: Readonly<Record<string, string>>): Ask {
  return async (path, body, expected) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answer = (await response.json()) as Answer
    const { code, errors, hits, choices, message } = answer
    const titles = hits && (hits.map(({ title }) => title).join(', ') || 'nothing')
    const text = choices?.[0].message.content ?? message?.content
    const refusal = [response.status, code, errors?.[0]?.pointer].join(' ').trim()
    const line = titles ?? text?.split('\n')[0] ?? refusal
    console.log(`  ${JSON.stringify(body)}\n    ${line}`)
    assert.equal(line.slice(0, expected.length), expected)
    return answer
  }
}
