import { copyAttributes, isPlainObject } from '@countersign/core/signing'
import { FilterError, parseFilters, type WireFilters } from '@countersign/filters'
import { FORBIDDEN_NAMES, jsonText, type JsonValue, type Room } from './json-text.ts'
import { pointerTo, SignerError } from './signer-error.ts'

/** What is said of the user of a support widget. Members that do not apply are left out, never `undefined`. */
export interface SupportWidgetClaims {
  /** The user's id in your system. */
  readonly userId: string
  readonly userEmail?: string
  readonly userRoles?: readonly string[]
  readonly plan?: string
  /** Identifies the token, for revocation (RFC 7519 section 4.1.7). */
  readonly jti?: string
  /** Claims of your own, for gateways that read them. Names that have a meaning already are refused. */
  readonly claims?: { readonly [name: string]: JsonValue }
}

/** What is said of a search or chat request. Members that do not apply are left out, never `undefined`. */
export interface SearchIntegrationClaims {
  /** The user's id in your system. A token may name nobody: it may only prove that a CAPTCHA was passed. */
  readonly userId?: string
  readonly userEmail?: string
  /** The subject (RFC 7519 section 4.1.2): the user's id where neither `userId` nor an attribute of that name is there. */
  readonly sub?: string
  /** What the user may see. Left out: no restriction. */
  readonly filters?: WireFilters
  /** At most 64 keys, 8 levels and 8 KiB. */
  readonly userAttributes?: { readonly [name: string]: JsonValue }
  /** Identifies the token, for revocation (RFC 7519 section 4.1.7). */
  readonly jti?: string
  /** Claims of your own, for gateways that read them. Names that have a meaning already are refused. */
  readonly claims?: { readonly [name: string]: JsonValue }
}

/** Writes one claim, or says why not. */
type Writer = (value: unknown, pointer: string, writing: Writing) => string

interface Writing {
  /** Objects and lists that may stand in each other, in one claim. */
  readonly levels: number
  readonly room: Room
}

/** The claims of one kind of token, in the order in which they are written. */
export interface ClaimRules {
  readonly writers: ReadonlyMap<string, Writer>
  readonly required: readonly string[]
}

export const SUPPORT_WIDGET: ClaimRules = {
  writers: new Map([
    ['userId', text],
    ['userEmail', text],
    ['userRoles', texts],
    ['plan', text],
    ['jti', text],
  ]),
  required: ['userId'],
}

export const SEARCH_INTEGRATION: ClaimRules = {
  writers: new Map([
    ['userId', text],
    ['userEmail', text],
    ['sub', text],
    ['filters', filters],
    ['userAttributes', userAttributes],
    ['jti', text],
  ]),
  required: [],
}

// What a profile reads, or the signer writes: claims of one's own must not say it again, or in place of it.
const REGISTERED = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'] // RFC 7519 section 4.1
const RESERVED: ReadonlySet<string> = new Set([
  ...REGISTERED,
  'tenantId',
  'integrationId',
  ...SUPPORT_WIDGET.writers.keys(),
  ...SEARCH_INTEGRATION.writers.keys(),
])

/**
 * Writes what was given to `sign` as members of a JSON object.
 *
 * @param limits how large and how deep a token may be
 * @throws SignerError for everything that a gateway would refuse, or in which it would read less than was meant
 */
export function writeClaims(
  given: unknown,
  rules: ClaimRules,
  limits: { readonly tokenBytes: number; readonly depth: number },
): readonly string[] {
  const own = ownMembers(given, '')
  // The payload itself is the first level.
  const writing = { levels: limits.depth - 1, room: { nodes: limits.tokenBytes } }
  for (const name of own.keys())
    if (name !== 'claims' && !rules.writers.has(name))
      throw new SignerError('unknown_member', pointerTo('', name))
  for (const name of rules.required)
    if (!own.has(name)) throw new SignerError('missing', pointerTo('', name))

  const written = new Map<string, string>()
  for (const [name, write] of rules.writers)
    if (own.has(name)) written.set(name, write(own.get(name), pointerTo('', name), writing))
  checkAgreement(written)
  const members = [...written].map(([name, json]) => member(name, json))
  return own.has('claims') ? [...members, ...writeOwnClaims(own.get('claims'), writing)] : members
}

function writeOwnClaims(given: unknown, { levels, room }: Writing): readonly string[] {
  return [...ownMembers(given, '/claims')].map(([name, value]) => {
    const pointer = pointerTo('/claims', name)
    if (RESERVED.has(name)) throw new SignerError('reserved_claim', pointer)
    if (FORBIDDEN_NAMES.has(name)) throw new SignerError('bad_name', pointer)
    if (!name.isWellFormed()) throw new SignerError('not_json', pointer)
    return member(name, jsonText(value, pointer, levels, room))
  })
}

/** One member of a JSON object, its value written already. */
export function member(name: string, json: string): string {
  return `${JSON.stringify(name)}:${json}`
}

// Each member is read once, and none from a prototype.
function ownMembers(given: unknown, pointer: string): ReadonlyMap<string, unknown> {
  if (given === undefined) throw new SignerError('undefined_value', pointer)
  if (!isPlainObject(given)) throw new SignerError('not_an_object', pointer)
  if (Object.getOwnPropertySymbols(given).length > 0) throw new SignerError('not_json', pointer)
  return new Map(Object.entries(given))
}

// A gateway reads an empty text as an absent one, so signing it would say less than was meant.
function text(value: unknown, pointer: string): string {
  if (value === undefined) throw new SignerError('undefined_value', pointer)
  if (typeof value !== 'string' || value === '' || !value.isWellFormed())
    throw new SignerError('bad_text', pointer)
  return JSON.stringify(value)
}

function texts(value: unknown, pointer: string, { room }: Writing): string {
  if (value === undefined) throw new SignerError('undefined_value', pointer)
  if (!Array.isArray(value)) throw new SignerError('bad_list', pointer)
  const items: string[] = []
  for (let index = 0; index < value.length; index += 1) {
    room.nodes -= 1
    if (room.nodes < 0) throw new SignerError('token_too_large', '')
    items.push(text(value[index], pointerTo(pointer, index)))
  }
  return `[${items.join(',')}]`
}

function filters(value: unknown, pointer: string, { levels, room }: Writing): string {
  // Written first: what is parsed below is what will be signed, and `undefined` is named as such.
  const json = jsonText(value, pointer, levels, room)
  try {
    parseFilters(JSON.parse(json), { source: 'token' })
  } catch (error) {
    if (error instanceof FilterError)
      throw new SignerError('bad_filter', pointer + error.pointer, error)
    throw error
  }
  return json
}

function userAttributes(value: unknown, pointer: string, { levels, room }: Writing): string {
  const json = jsonText(value, pointer, levels, room)
  if (!json.startsWith('{')) throw new SignerError('not_an_object', pointer)
  if (copyAttributes(JSON.parse(json)) === undefined)
    throw new SignerError('bad_attributes', pointer)
  return json
}

// The gateway's identity goes by the claim, but a handler may go by the attribute of the same name.
function checkAgreement(written: ReadonlyMap<string, string>): void {
  const attributes = JSON.parse(written.get('userAttributes') ?? '{}') as Record<string, unknown>
  for (const name of ['userId', 'userEmail'])
    if (
      written.has(name) &&
      Object.hasOwn(attributes, name) &&
      JSON.stringify(attributes[name]) !== written.get(name)
    )
      throw new SignerError('conflict', pointerTo('/userAttributes', name))
}
