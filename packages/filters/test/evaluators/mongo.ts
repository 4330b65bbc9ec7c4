// MongoDB queries as mingo evaluates them.
import { Context } from 'mingo/core'
import { $eq, $in } from 'mingo/operators/query/comparison'
import { $and, $nor, $or } from 'mingo/operators/query/logical'
import { Query } from 'mingo/query'

// These operators and no others: mingo copies all that it knows into each query, which takes most of the time.
const context = Context.init({ query: { $and, $or, $nor, $eq, $in } })

/** A query that is tested on many documents. One with operators that no filter has is an error. */
export function mongoQuery(query: object): { test(document: object): boolean } {
  return new Query(query, { context })
}
