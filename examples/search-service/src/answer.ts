import type { Hit } from './search.ts'

/** An answer that quotes what was found. A model would be given the same passages, and nothing else. */
export interface Answer {
  /** The text, in the parts in which it is streamed. */
  readonly parts: readonly string[]
  readonly citations: readonly Citation[]
}

export interface Citation {
  readonly number: number
  readonly title: string
  readonly url: string
}

export function answerFrom(hits: readonly Hit[]): Answer {
  if (hits.length === 0) return { parts: [NOTHING], citations: [] }
  const citations = hits.map(({ title, url }, index) => ({ number: index + 1, title, url }))
  const quotes = hits.map(({ passage }, index) => `${passage.trim()} [${index + 1}]\n\n`)
  const sources = citations.map(({ number, title, url }) => `[${number}] ${title}: ${url}`)
  return { parts: [...quotes, sources.join('\n')], citations }
}

const NOTHING = 'I found nothing about that in the articles that you may see.'
