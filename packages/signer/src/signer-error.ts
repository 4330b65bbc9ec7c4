import type { FilterError, FilterErrorCode } from '@countersign/filters'

// Constants: no value that was to be signed may reach a text that a log will see.
const MESSAGES = {
  not_an_object: 'A plain object is expected here.',
  unknown_member: 'This member is not known; claims of your own go into "claims".',
  reserved_claim: 'This claim has its own member or option, or is made by the signer.',
  bad_name: 'This name could reach a prototype where the token is read.',
  missing: 'This member is required.',
  undefined_value: 'The value is undefined: leave the member out, or give a value.',
  not_json: 'The value is not JSON.',
  bad_text: 'A non-empty, well-formed string is expected here.',
  bad_list: 'A list of strings is expected here.',
  bad_filter: 'The filter is refused.',
  bad_attributes: 'User attributes have at most 64 keys, 8 levels and 8 KiB.',
  conflict: 'The claim of this name says something else.',
  too_deep: 'The claims are nested too deeply.',
  token_too_large: 'The token would be too large: gateways take 8 KiB.',
} as const

/** Why something was not signed. */
export type SignerErrorCode = keyof typeof MESSAGES

/**
 * Claims that were not signed, since a gateway would refuse them, or would read less in them than was meant.
 *
 * - `code` says why; it is part of the API.
 * - `pointer` says where: an RFC 6901 JSON pointer from what was given to `sign`. It is `''` where all of it is meant.
 * - `filterCode`, with `bad_filter` only, is the `FilterError`'s code.
 * - `message` is one constant for each of these codes, and the pointer. It never holds a value.
 */
export class SignerError extends Error {
  override readonly name = 'SignerError'
  readonly code: SignerErrorCode
  readonly pointer: string
  readonly filterCode: FilterErrorCode | undefined

  constructor(code: SignerErrorCode, pointer: string, filter?: FilterError) {
    const where = pointer === '' ? '' : ` At "${shown(pointer)}".`
    super((filter?.message ?? MESSAGES[code]) + where)
    this.code = code
    this.pointer = pointer
    this.filterCode = filter?.code
  }
}

/** A JSON pointer that leads one step on (RFC 6901 section 4). */
export function pointerTo(pointer: string, segment: string | number): string {
  return `${pointer}/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

// Names may come from users: they must not break or turn a line of a log.
function shown(pointer: string): string {
  const text = pointer.replaceAll(/[^\x20-\x7e]/g, '?')
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
