import type { KeyObject } from 'node:crypto'
import {
  searchIntegration,
  supportWidget,
  type Algorithm,
  type AsymmetricAlgorithm,
  type Profile,
} from '@countersign/core'
import {
  choiceOption,
  isTenantId,
  numberOption,
  ownOptions,
  prepareKey,
  stringOption,
} from '@countersign/core/signing'
import { member, SEARCH_INTEGRATION, SUPPORT_WIDGET, type ClaimRules } from './claims.ts'
import { importPrivateKey, type PrivateJwk, type PrivateKeyInput } from './private-key.ts'

interface CommonOptions {
  /** `kid` in the header: which key signed, for gateways that know several during a rotation. 1 to 256 characters. */
  readonly keyId?: string
  /** Seconds that a token lives, unless `sign` says otherwise. Default and maximum: what the profile allows. */
  readonly expiresIn?: number
  /** The clock: milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
}

/** A signer for the profile `supportWidget`: HS256, the claim `tenantId`, an hour at most. */
export interface SupportWidgetSignerOptions extends CommonOptions {
  readonly profile: 'support-widget'
  /** The id that the gateway knows you by: 1 to 128 visible ASCII characters. */
  readonly tenantId: string
  /** The shared secret, at least 32 bytes. A string stands for its UTF-8 bytes. */
  readonly secret: string | Uint8Array
  /** `iss`, for gateways that check it. Default: not signed. */
  readonly issuer?: string
  /** `aud`, for gateways that check it. Default: not signed. */
  readonly audience?: string | readonly [string, ...string[]]
}

/** A signer for the profile `searchIntegration`: a private key, the claim `integrationId`, a day at most. */
export interface SearchIntegrationSignerOptions extends CommonOptions {
  readonly profile: 'search-integration'
  /** The id of the integration: 1 to 128 visible ASCII characters. */
  readonly integrationId: string
  /** `iss`: the text that is configured as the issuer, byte for byte. */
  readonly issuer: string
  /** `aud`. Default: `'https://api.inkeep.com'`. */
  readonly audience?: string | readonly [string, ...string[]]
  /** PEM text (PKCS#8, PKCS#1, SEC 1), a private JSON Web Key, or a `KeyObject`. RSA of 2048 to 8192 bits. */
  readonly privateKey: PrivateKeyInput
  /** Opens an encrypted PEM. */
  readonly passphrase?: string
  /** What the key signs with. Default: RS256; a gateway takes another only where its options say so. */
  readonly algorithm?: AsymmetricAlgorithm
}

/** Options that were checked, and what never changes from token to token. */
export interface SignerSettings {
  readonly profile: Profile<undefined>
  readonly header: Readonly<{ alg: Algorithm; typ: 'JWT'; kid?: string }>
  readonly key: KeyObject
  /** The first members of every payload, written. */
  readonly head: readonly string[]
  readonly rules: ClaimRules
  readonly expiresIn: number
  readonly now: () => number
}

const WHERE = 'createSigner'
const COMMON = ['profile', 'keyId', 'expiresIn', 'now', 'issuer', 'audience'] as const
const WIDGET = [...COMMON, 'tenantId', 'secret'] as const
const SEARCH = [...COMMON, 'integrationId', 'privateKey', 'passphrase', 'algorithm'] as const
const MAX_KEY_ID = 256

const at = (name: string): string => `${WHERE}: option "${name}"`

/** @throws TypeError that names a wrong option */
export function readSignerOptions(
  options: SupportWidgetSignerOptions | SearchIntegrationSignerOptions,
): SignerSettings {
  const isObject = typeof options === 'object' && options !== null
  const kind: unknown = isObject && Object.hasOwn(options, 'profile') ? options.profile : undefined
  if (kind === 'support-widget') return readSupportWidget(options as SupportWidgetSignerOptions)
  if (kind === 'search-integration')
    return readSearchIntegration(options as SearchIntegrationSignerOptions)
  throw new TypeError(`${at('profile')} must be "support-widget" or "search-integration"`)
}

function readSupportWidget(options: SupportWidgetSignerOptions): SignerSettings {
  // An unset environment variable is `undefined`, and must not stand for a default.
  const own = ownOptions<SupportWidgetSignerOptions>(WHERE, options, WIDGET, WIDGET)
  const profile = supportWidget()
  const { secret, issuer, audience } = own
  if (secret === undefined) throw new TypeError(`${at('secret')} is missing`)
  return {
    profile,
    header: readHeader('HS256', own.keyId),
    key: importing('secret', () => prepareKey({ alg: 'HS256', secret }).material),
    head: [
      member(profile.tenant.claim, readId('tenantId', own.tenantId)),
      ...(issuer === undefined ? [] : [member('iss', readText('issuer', issuer))]),
      ...(audience === undefined ? [] : [member('aud', readAudience(audience))]),
    ],
    rules: SUPPORT_WIDGET,
    expiresIn: readExpiresIn(WHERE, own.expiresIn, profile, profile.maxLifetime),
    now: readClock(own.now),
  }
}

function readSearchIntegration(options: SearchIntegrationSignerOptions): SignerSettings {
  const own = ownOptions<SearchIntegrationSignerOptions>(WHERE, options, SEARCH, SEARCH)
  const profile = searchIntegration()
  const { privateKey, passphrase } = own
  const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const
  const alg = choiceOption(at('algorithm'), own.algorithm, algorithms, 'RS256')
  if (privateKey === undefined) throw new TypeError(`${at('privateKey')} is missing`)
  if (passphrase !== undefined) stringOption(at('passphrase'), passphrase)
  const [audience] = profile.audience as readonly [string]
  return {
    profile,
    header: readHeader(alg, own.keyId ?? kidOf(privateKey)),
    key: importing('privateKey', () => importPrivateKey(privateKey, alg, passphrase)),
    head: [
      member('iss', readText('issuer', own.issuer)),
      member('aud', readAudience(own.audience === undefined ? audience : own.audience)),
      member(profile.tenant.claim, readId('integrationId', own.integrationId)),
    ],
    rules: SEARCH_INTEGRATION,
    expiresIn: readExpiresIn(WHERE, own.expiresIn, profile, profile.maxLifetime),
    now: readClock(own.now),
  }
}

/**
 * Seconds that a token lives. Not a second more than the profile allows: the tolerance of a gateway is for its clock, and
 * can be 0.
 *
 * @throws TypeError
 */
export function readExpiresIn(
  where: string,
  value: unknown,
  { maxLifetime }: Profile,
  fallback: number,
): number {
  const name = `${where}: option "expiresIn" (seconds)`
  return numberOption(name, value, { min: 1, max: maxLifetime, fallback, integer: true })
}

function readHeader(alg: Algorithm, kid: string | undefined): SignerSettings['header'] {
  if (kid === undefined) return { alg, typ: 'JWT' }
  if (typeof kid !== 'string' || kid === '' || kid.length > MAX_KEY_ID || !kid.isWellFormed())
    throw new TypeError(`${at('keyId')} must be a string of 1 to ${MAX_KEY_ID} characters`)
  return { alg, typ: 'JWT', kid }
}

// A JSON Web Key can bring its name (RFC 7517 section 4.5).
function kidOf(key: PrivateKeyInput): string | undefined {
  const isObject = typeof key === 'object' && key !== null
  return isObject && Object.hasOwn(key, 'kid') ? (key as PrivateJwk).kid : undefined
}

function readId(name: string, id: unknown): string {
  if (!isTenantId(id)) throw new TypeError(`${at(name)} must be 1 to 128 visible ASCII characters`)
  return JSON.stringify(id)
}

function readText(name: string, value: unknown): string {
  const given = stringOption(at(name), value)
  if (!given.isWellFormed()) throw new TypeError(`${at(name)} is not well-formed`)
  return JSON.stringify(given)
}

function readAudience(value: unknown): string {
  if (!Array.isArray(value)) return readText('audience', value)
  if (value.length === 0) throw new TypeError(`${at('audience')} must not be an empty list`)
  return `[${value.map((item: unknown) => readText('audience', item)).join(',')}]`
}

function readClock(now: unknown = Date.now): () => number {
  if (typeof now !== 'function') throw new TypeError(`${at('now')} must be a function`)
  return now as () => number
}

// The reasons are constants: none of them holds a part of a key.
function importing(name: string, load: () => KeyObject): KeyObject {
  try {
    return load()
  } catch (error) {
    throw new TypeError(`${at(name)}: ${(error as Error).message}`)
  }
}
