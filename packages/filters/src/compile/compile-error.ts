/**
 * - `unmapped_key`: the options map attributes to fields or columns, and not this one.
 * - `undeclared_type`: the engine would compare by its own idea of types, and the options do not say what the attribute holds.
 * - `unsupported_key`, `unsupported_value`: the engine cannot name it, or cannot compare with it exactly.
 * - `too_complex`: the engine's language cannot say it, or only at a length without bounds.
 */
export type CompileErrorCode =
  'unmapped_key' | 'undeclared_type' | 'unsupported_key' | 'unsupported_value' | 'too_complex'

/**
 * A filter that cannot be said in an engine's language without changing its meaning.
 *
 * - `code` says why; it is part of the API.
 * - `pointer` says where: an RFC 6901 JSON pointer into `toWire(filters)`, so it can hold keys of the input. It is
 *   `/attributes` where the whole filter is meant.
 * - `message` names the engine and the reason. It is one constant per reason: nothing of the input is in it.
 */
export class CompileError extends Error {
  override readonly name = 'CompileError'
  readonly code: CompileErrorCode
  readonly pointer: string

  constructor(code: CompileErrorCode, message: string, pointer: string) {
    super(message)
    this.code = code
    this.pointer = pointer
  }
}
