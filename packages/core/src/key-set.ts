import { ASYMMETRIC, readKeyMembers, readWindow, type AsymmetricAlgorithm } from './keys.ts'

/** Where a tenant publishes keys, as its record says it. */
export interface PreparedKeySet {
  /** As it is fetched: the address in its normal form. */
  readonly url: string
  readonly algorithms: readonly AsymmetricAlgorithm[]
  readonly notBefore: number
  readonly notAfter: number
  /** Its place in the record: what its keys are called by where they have no `kid`. */
  readonly label: string
}

const MAX_URL = 2048

/**
 * Checks what a record says of a key set. Nothing is fetched.
 *
 * @throws Error with the reason as its message; never the address, which may hold what is secret
 */
export function prepareKeySet(key: unknown, place: string): PreparedKeySet {
  const { own } = readKeyMembers(key)
  if (own['kid'] !== undefined)
    throw new Error('a kid names one key, and the keys of a jwksUrl have their own')
  if (own['alg'] !== undefined) throw new Error('alg goes with one key; a jwksUrl has algorithms')
  return Object.freeze({
    url: readUrl(own['jwksUrl']),
    algorithms: readAlgorithms(own['algorithms']),
    ...readWindow(own),
    label: place,
  })
}

function readAlgorithms(value: unknown): readonly AsymmetricAlgorithm[] {
  const algorithms = value as readonly AsymmetricAlgorithm[]
  if (!Array.isArray(value) || value.length === 0 || !algorithms.every(isAsymmetric))
    throw new Error(`the algorithms of a jwksUrl are not a list of ${ASYMMETRIC.join(', ')}`)
  if (new Set(algorithms).size < algorithms.length)
    throw new Error('the algorithms of a jwksUrl hold one twice')
  return Object.freeze([...algorithms])
}

function isAsymmetric(value: unknown): boolean {
  return ASYMMETRIC.includes(value as AsymmetricAlgorithm)
}

function readUrl(value: unknown): string {
  // What a URL parser drops or turns around (tabs, line feeds, backslashes) is refused: it is read as one thing only.
  if (typeof value !== 'string' || value.length > MAX_URL || !/^[^\s\\]+$/.test(value))
    throw new Error(`a jwksUrl is not an address of at most ${MAX_URL} characters`)
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url?.protocol !== 'https:') throw new Error('a jwksUrl is not an https address')
  if (url.username !== '' || url.password !== '') throw new Error('a jwksUrl holds credentials')
  if (value.includes('#')) throw new Error('a jwksUrl has a fragment')
  return url.href
}

/** Whether a key of a record is a key set. */
export function isKeySet(key: unknown): boolean {
  return (
    typeof key === 'object' &&
    key !== null &&
    Object.hasOwn(key, 'jwksUrl') &&
    (key as { jwksUrl: unknown }).jwksUrl !== undefined
  )
}
