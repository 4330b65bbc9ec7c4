// Constants: nothing of the input may reach a text that a client or a log will see.
const MESSAGES = {
  missing: 'The filter is missing.',
  unknown_member: 'The filter has a member beside "attributes".',
  not_an_object: 'A plain object is expected here.',
  not_an_array: 'An array is expected here.',
  bad_key: 'The attribute key is not allowed.',
  unsupported_operator: 'The operator is not supported.',
  empty_operator: 'The operator has an empty list.',
  empty_clause: 'The clause is empty.',
  bad_value:
    'The value is not a well-formed string of at most 1 KiB, a finite number or a boolean.',
  too_deep: 'The filter is nested too deeply.',
  too_large: 'The filter is too large.',
  unreadable: 'The filter cannot be read.',
  filter_conflict: 'The filter contradicts the signed filter.',
} as const

/** Why a filter was refused. */
export type FilterErrorCode = keyof typeof MESSAGES

/**
 * A filter that was refused.
 *
 * - `code` says why; it is part of the API.
 * - `pointer` says where: an RFC 6901 JSON pointer from the value that was parsed, in full, so it can hold keys of the
 *   input. It is `''` where the whole filter is meant.
 * - `message` is one constant per code.
 */
export class FilterError extends Error {
  override readonly name = 'FilterError'
  readonly code: FilterErrorCode
  readonly pointer: string

  constructor(code: FilterErrorCode, pointer: string) {
    super(MESSAGES[code])
    this.code = code
    this.pointer = pointer
  }
}
