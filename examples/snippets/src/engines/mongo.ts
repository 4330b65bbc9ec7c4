// #region mongo
import type { Identity } from '@countersign/core'
import { matchNone } from '@countersign/filters'
import { toMongo } from '@countersign/filters/mongo'

// For collection.find: the filter stands in an $and of its own, so no other member can replace it.
export function articlesAbout({ filters = matchNone }: Identity, topic: string) {
  return { $and: [{ topic: { $eq: topic } }, toMongo(filters, { prefix: 'attributes.' })] }
}
// #endregion
