/** What a clause compares with. There is no coercion between the three kinds. */
export type Scalar = string | number | boolean

/** What an attribute is held to. Several operators in one object all hold. */
export type Condition =
  | Scalar
  | { readonly $eq: Scalar }
  | { readonly $in: readonly Scalar[] }
  | { readonly $eq: Scalar; readonly $in: readonly Scalar[] }

/** One clause or several. Several members in one object all hold. */
export type Query =
  | { readonly $and: readonly Query[] }
  | { readonly $or: readonly Query[] }
  | { readonly [key: string]: Condition }

/** A filter as it stands in a token's claim and in a request body. */
export interface WireFilters {
  readonly attributes: Query
}
