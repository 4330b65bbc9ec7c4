// #region pinecone
import type { Identity } from '@countersign/core'
import { matchNone } from '@countersign/filters'
import { toPinecone } from '@countersign/filters/pinecone'

export function nearest({ filters = matchNone }: Identity, vector: number[]) {
  return { vector, filter: toPinecone(filters), topK: 10, includeMetadata: true }
}
// #endregion
