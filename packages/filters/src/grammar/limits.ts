import { checkOptions } from '../options.ts'

/** How large a filter may be. Each limit is a positive integer; what is left out has its default. */
export interface FilterLimits {
  /**
   * Nested `$and` and `$or`; an object with several members or operators counts as an `$and`.
   * Default 8, at most 32.
   */
  readonly depth?: number | undefined
  /** Clauses plus each `$and` and `$or`, counted as for `depth`. Default 256, at most 1024. */
  readonly nodes?: number | undefined
  /** Values in all clauses together. Default 256, at most 1024. */
  readonly values?: number | undefined
  /** Bytes of the canonical text in UTF-8. Default 16 384, at most 65 536. */
  readonly bytes?: number | undefined
}

export type EffectiveLimits = { readonly [Name in keyof FilterLimits]-?: number }

const DEFAULTS: EffectiveLimits = { depth: 8, nodes: 256, values: 256, bytes: 16_384 }
const MAXIMA: EffectiveLimits = { depth: 32, nodes: 1024, values: 1024, bytes: 65_536 }
const NAMES = Object.keys(DEFAULTS) as readonly (keyof FilterLimits)[]

export function readLimits(limits: FilterLimits | undefined): EffectiveLimits {
  if (limits === undefined) return DEFAULTS
  checkOptions(limits, 'limits', NAMES)
  const effective = { ...DEFAULTS }
  for (const name of NAMES) {
    const value = limits[name]
    if (value === undefined) continue
    if (!Number.isInteger(value) || value < 1 || value > MAXIMA[name])
      throw new TypeError(`limits.${name} must be an integer from 1 to ${MAXIMA[name]}`)
    effective[name] = value
  }
  return effective
}
