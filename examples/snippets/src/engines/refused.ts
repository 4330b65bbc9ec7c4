// #region refused
import type { Identity } from '@countersign/core'
import { CompileError, matchNone } from '@countersign/filters'
import { toTypesense } from '@countersign/filters/typesense'

export function allowed({ filters = matchNone }: Identity) {
  try {
    return { status: 200, filter: toTypesense(filters) }
  } catch (error) {
    if (!(error instanceof CompileError)) throw error
    return { status: 400, code: error.code, pointer: error.pointer, detail: error.message }
  }
}
// #endregion
