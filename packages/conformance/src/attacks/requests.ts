import type { Make, RequestParts } from './attack.ts'
import { hs256, mint, rs256, type Part, type Signer } from './mint.ts'
import { AUDIENCE, type Party, type World } from './world.ts'

/** What is changed of a sound request. */
export interface Tampering {
  /** Whose request it is. Default: tenant a. */
  readonly as?: Party
  readonly header?: Part
  /** Laid over the sound claims; `undefined` takes one out. */
  readonly claims?: object
  /** In the place of all claims. */
  readonly payload?: Part
  readonly signer?: Signer
  /** In the place of the whole token; `null`: none is sent. */
  readonly token?: string | null
  /** `X-Tenant-Key` (widget only). */
  readonly hint?: string
  /** In the place of tenant a's (search only); `null`: none is sent. */
  readonly apiKey?: string | null
  /** Sent after all others. */
  readonly more?: RequestParts['headers']
  readonly method?: string
  readonly query?: string
  /** Text as it is, anything else as JSON (search only). */
  readonly body?: unknown
  readonly contentType?: string
}

type Tamper = Tampering | ((world: World) => Tampering)

const HS256 = { alg: 'HS256', typ: 'JWT' }
const RS256 = { alg: 'RS256', typ: 'JWT' }

export function widgetClaims(world: World, party: Party = world.a): Record<string, unknown> {
  const now = world.now()
  return {
    tenantId: party.id,
    userId: 'usr_1',
    userEmail: 'me@customer.example',
    userRoles: ['user'],
    plan: 'pro',
    iat: now,
    exp: now + 3600,
  }
}

export function searchClaims(world: World, party: Party = world.a): Record<string, unknown> {
  const now = world.now()
  return {
    iss: party.issuer,
    aud: AUDIENCE,
    integrationId: party.id,
    filters: { attributes: { env: 'dev' } },
    userAttributes: { userId: 'usr_1' },
    iat: now,
    exp: now + 3600,
  }
}

export function widgetToken(world: World, tamper: Tampering = {}): string {
  const { as = world.a, header = HS256, claims, payload, signer } = tamper
  const signed = payload ?? { ...widgetClaims(world, as), ...claims }
  return mint(header, signed, signer ?? hs256(as.secret))
}

export function searchToken(world: World, tamper: Tampering = {}): string {
  const { as = world.a, header = RS256, claims, payload, signer } = tamper
  const signed = payload ?? { ...searchClaims(world, as), ...claims }
  return mint(header, signed, signer ?? rs256(as.rsa.private))
}

/** A request with a widget's token in `Authorization: Bearer`. */
export function widget(tamper: Tamper = {}): Make {
  return (world) => {
    const how = read(tamper, world)
    const token = how.token === undefined ? widgetToken(world, how) : how.token
    return request(how, [
      ...(token === null ? [] : [['Authorization', `Bearer ${token}`] as const]),
      ...(how.hint === undefined ? [] : [['X-Tenant-Key', how.hint] as const]),
    ])
  }
}

/** A request with an API key in `Authorization: Bearer` and a token in `User-Token`. */
export function search(tamper: Tamper = {}): Make {
  return (world) => {
    const how = read(tamper, world)
    const { as = world.a, apiKey = as.apiKey } = how
    const token = how.token === undefined ? searchToken(world, how) : how.token
    return request(how, [
      ...(apiKey === null ? [] : [['Authorization', `Bearer ${apiKey}`] as const]),
      ...(token === null ? [] : [['User-Token', token] as const]),
    ])
  }
}

/** A request of these headers and no others. */
export function headers(make: (world: World) => RequestParts['headers']): Make {
  return (world) => ({ headers: make(world) })
}

function read(tamper: Tamper, world: World): Tampering {
  return typeof tamper === 'function' ? tamper(world) : tamper
}

function request(how: Tampering, sent: RequestParts['headers']): RequestParts {
  const { body, contentType, method, query, more = [] } = how
  return {
    headers: [...sent, ...more],
    ...(method !== undefined && { method }),
    ...(query !== undefined && { query }),
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(contentType !== undefined && { contentType }),
  }
}
