import type { Query } from '@countersign/filters'
import type { Document } from './documents.ts'

/** A filter, and the same written by hand: what it should find, and about the least that finding it can cost. */
export interface Shape {
  readonly title: string
  readonly query: Query
  readonly holds: (document: Document) => boolean
}

const orgs = Array.from({ length: 100 }, (_, index) => `org-${index * 2}`)
const orgSet = new Set(orgs)

const anyOf = (values: readonly string[] | undefined, ...wanted: readonly string[]): boolean =>
  values?.some((value) => wanted.includes(value)) ?? false

/** The filters that are matched against documents. */
export const SHAPES: readonly Shape[] = [
  {
    title: 'one clause',
    query: { tier: 'pro' },
    holds: ({ tier }) => tier === 'pro',
  },
  {
    title: 'ten clauses that all hold',
    query: {
      $and: [
        { product: { $in: ['search', 'chat', 'docs', 'api'] } },
        { lang: { $in: ['en', 'de', 'fr'] } },
        { tier: { $in: ['pro', 'enterprise'] } },
        { status: 'published' },
        { public: true },
        { priority: { $in: [0, 1, 2, 3, 4, 5, 6, 7] } },
        { status: { $in: ['published', 'draft'] } },
        { lang: { $in: ['en', 'de', 'es'] } },
        { product: { $in: ['search', 'chat', 'docs', 'mobile'] } },
        { tags: { $in: ['tag-1', 'tag-2', 'tag-3', 'tag-4', 'tag-5', 'tag-6', 'tag-7', 'tag-8'] } },
      ],
    },
    holds: (document) =>
      ['search', 'chat', 'docs', 'api'].includes(document.product) &&
      ['en', 'de', 'fr'].includes(document.lang) &&
      (document.tier === 'pro' || document.tier === 'enterprise') &&
      document.status === 'published' &&
      document.public &&
      document.priority <= 7 &&
      ['en', 'de', 'es'].includes(document.lang) &&
      ['search', 'chat', 'docs', 'mobile'].includes(document.product) &&
      anyOf(document.tags, 'tag-1', 'tag-2', 'tag-3', 'tag-4', 'tag-5', 'tag-6', 'tag-7', 'tag-8'),
  },
  {
    title: 'ten clauses of which any holds',
    query: {
      $or: [
        { org: 'org-3' },
        { org: 'org-77' },
        { tags: 'tag-11' },
        { teams: 'team-4' },
        { region: 'moon' },
        { priority: 11 },
        { lang: 'pt' },
        { tags: 'tag-12' },
        { product: 'none' },
        { region: 'apac' },
      ],
    },
    holds: (document) =>
      document.org === 'org-3' ||
      document.org === 'org-77' ||
      anyOf(document.tags, 'tag-11') ||
      anyOf(document.teams, 'team-4') ||
      anyOf(document.tags, 'tag-12') ||
      document.region === 'apac',
  },
  {
    title: 'ten clauses in $and and $or',
    query: {
      $and: [
        { status: 'published' },
        { $or: [{ public: true }, { teams: { $in: ['team-1', 'team-2'] } }, { org: 'org-5' }] },
        { lang: { $in: ['en', 'de'] } },
        {
          $or: [
            { tier: 'enterprise' },
            { $and: [{ tier: 'pro' }, { region: { $in: ['eu', 'us'] } }] },
            { $and: [{ priority: 9 }, { tags: 'tag-1' }] },
          ],
        },
      ],
    },
    holds: (document) =>
      document.status === 'published' &&
      (document.public || anyOf(document.teams, 'team-1', 'team-2') || document.org === 'org-5') &&
      (document.lang === 'en' || document.lang === 'de') &&
      (document.tier === 'enterprise' ||
        (document.tier === 'pro' && (document.region === 'eu' || document.region === 'us')) ||
        (document.priority === 9 && anyOf(document.tags, 'tag-1'))),
  },
  {
    title: 'a list of 100 values',
    query: { org: { $in: orgs } },
    holds: ({ org }) => orgSet.has(org),
  },
  {
    title: 'attributes with several values',
    query: { tags: { $in: ['tag-1', 'tag-2', 'tag-3', 'tag-4', 'tag-5'] }, teams: 'team-7' },
    holds: ({ tags, teams }) =>
      anyOf(tags, 'tag-1', 'tag-2', 'tag-3', 'tag-4', 'tag-5') && anyOf(teams, 'team-7'),
  },
]
