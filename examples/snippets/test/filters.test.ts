import { createAuthenticator, searchIntegration } from '@countersign/core'
import { canonicalJson } from '@countersign/filters'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { clauses, found as isFound, lines } from '../src/explain.ts'
import { dropped, filters, found } from '../src/filters.ts'
import { visible } from '../src/handler.ts'
import { generateToken } from '../src/sign-search.ts'
import { apiKey, docs, privateKey } from './customer.ts'

it('merges as the guide says', () => {
  expect(filters && canonicalJson(filters)).toBe(
    '{"attributes":{"$and":[{"env":"dev"},{"module":"a"}]}}',
  )
  expect(dropped).toEqual([{ key: 'env', clause: { env: 'prod' }, reason: 'contradicts' }])
  expect(found).toBe(true)
})

it('explains as the guide says', () => {
  const shown = readFileSync(new URL('../src/explain.ts', import.meta.url), 'utf8')
  expect([...shown.matchAll(/^\/\/ (The .*)$/gm)].map(([, line]) => line)).toEqual(lines)
  expect(clauses.map(({ outcome }) => outcome)).toEqual(['holds', 'dropped', 'holds'])
  expect(isFound).toBe(false)
})

const authenticator = createAuthenticator({ profile: searchIntegration(), tenants: [docs] })
const identity = await authenticator.verify(generateToken(privateKey), { apiKey })

it('shows a user what the token allows', () => {
  const articles = [
    { title: 'seen', attributes: { env: 'dev', modules: ['module2', 'module9'] } },
    { title: 'another module', attributes: { env: 'dev', modules: ['module9'] } },
    { title: 'another environment', attributes: { env: 'prod', modules: ['module1'] } },
  ]
  expect(visible(articles, identity).map(({ title }) => title)).toEqual(['seen'])
})

it('takes the largest filter that a body can add', () => {
  const $in = Array.from({ length: 255 }, (_, index) => `${'x'.repeat(50)}${index}`)
  const body = { filters: { attributes: { topic: { $in } } } }
  const bound = authenticator.bindBody(identity, body)
  if (!bound.ok) throw bound.error
  const attributes = { env: 'dev', modules: 'module1' }
  const articles = [{ attributes: { ...attributes, topic: $in[254] } }, { attributes }]
  expect(visible(articles, bound.identity)).toEqual([articles[0]])
})
