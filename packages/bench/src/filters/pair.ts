/** A signed filter of ten clauses, and what a body asks for on top of it, as JSON text. */
export const TOKEN_TEXT: string = JSON.stringify({
  attributes: {
    $and: [
      { org: 'org-7' },
      { product: { $in: ['search', 'chat', 'docs'] } },
      { lang: { $in: ['en', 'de', 'fr'] } },
      { status: 'published' },
      { public: true },
      { $or: [{ tier: 'pro' }, { tier: 'enterprise' }, { teams: { $in: ['team-1', 'team-2'] } }] },
      { priority: { $in: [0, 1, 2, 3] } },
      { version: { $in: ['1.0', '1.1', '2.0'] } },
    ],
  },
})

/** Ten clauses too: some narrow the token's, one says the same, one contradicts it, some are about something else. */
export const BODY_TEXT: string = JSON.stringify({
  attributes: {
    $and: [
      { product: 'docs' },
      { lang: { $in: ['en', 'ja'] } },
      { status: 'published' },
      { public: false },
      { $or: [{ tags: 'howto' }, { tags: { $in: ['guide', 'tutorial'] } }, { kind: 'article' }] },
      { author: { $in: ['amal', 'bo', 'chris'] } },
      { region: { $in: ['eu', 'us'] } },
      { version: '2.0' },
    ],
  },
})

/** What both come to: the token's clauses, then those of the body that neither repeat nor contradict one. */
export const MERGED_TEXT: string = JSON.stringify({
  attributes: {
    $and: [
      ...clausesOf(TOKEN_TEXT),
      { product: 'docs' },
      { lang: { $in: ['en', 'ja'] } },
      { $or: [{ tags: 'howto' }, { tags: { $in: ['guide', 'tutorial'] } }, { kind: 'article' }] },
      { author: { $in: ['amal', 'bo', 'chris'] } },
      { region: { $in: ['eu', 'us'] } },
      { version: '2.0' },
    ],
  },
})

/** What the merge leaves out. */
export const DROPPED: readonly unknown[] = [
  { key: 'public', clause: { public: false }, reason: 'contradicts' },
]

function clausesOf(text: string): readonly unknown[] {
  return (JSON.parse(text) as { attributes: { $and: readonly unknown[] } }).attributes.$and
}
