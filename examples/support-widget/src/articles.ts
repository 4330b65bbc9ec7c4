import { readFileSync } from 'node:fs'
import { matches, type Filters } from '@countersign/filters'

export interface Article {
  readonly title: string
  readonly body: string
  readonly attributes: Readonly<Record<string, unknown>>
}

// Of the search example, which keeps them by integration.
const FILE = new URL('../../search-service/src/articles.json', import.meta.url)
const articles = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, readonly Article[]>
const byTenant = new Map([
  ['ten_acme', articles['int_acme'] ?? []],
  ['ten_globex', articles['int_globex'] ?? []],
])

/** The articles of a tenant that a filter allows and that answer a question: three at most, best first. */
export function findArticles(
  tenantId: string | undefined,
  filters: Filters,
  question: string,
): readonly Article[] {
  const asked = wordsOf(question)
  const allowed = (byTenant.get(tenantId ?? '') ?? []).filter(({ attributes }) =>
    matches(filters, attributes),
  )
  const ranked = allowed
    .map((article) => ({ article, rank: rankOf(article, asked) }))
    .filter(({ rank }) => rank > 0)
    .toSorted((one, other) => other.rank - one.rank)
  // What has half the words of the best one is found by chance.
  const enough = (ranked[0]?.rank ?? 0) / 2
  return ranked
    .filter(({ rank }) => rank > enough)
    .slice(0, 3)
    .map(({ article }) => article)
}

function rankOf({ title, body }: Article, asked: ReadonlySet<string>): number {
  const [inTitle, inBody] = [wordsOf(title), wordsOf(body)]
  return [...asked].reduce(
    (rank, word) => rank + (inTitle.has(word) ? 3 : 0) + (inBody.has(word) ? 1 : 0),
    0,
  )
}

const COMMON = new Set(
  'a an and are as can do does for from how i in into is it my of on or that the to what when which why with'.split(
    ' ',
  ),
)

// Without a plural's or a verb's ending: "builds" and "build" are one word.
function wordsOf(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  return new Set(
    words.filter((word) => !COMMON.has(word)).map((word) => word.replace(/(?:ing|s)$/, '')),
  )
}
