// Each line is a mistake that the types refuse. A line that compiles after all is an error: the directive is unused.
import { createFetch, createTokenSource } from '@countersign/client'
import {
  createAuthenticator,
  defineProfile,
  memoryDirectory,
  supportWidget,
  searchIntegration,
  type AnonymousIdentity,
  type Identity,
  type Outcome,
  type Tenant,
  type VerifiedIdentity,
} from '@countersign/core'
import { countersign as express } from '@countersign/express'
import { countersign as fastify } from '@countersign/fastify'
import { matchNone, mergeFilters, parseFilters } from '@countersign/filters'
import { toPostgres } from '@countersign/filters/postgres'
import { countersign as koa } from '@countersign/koa'
import {
  createSigner,
  type SearchIntegrationClaims,
  type Signer,
  type SupportWidgetClaims,
} from '@countersign/signer'
import { tokenEndpoint } from '@countersign/signer/express'

declare const identity: Identity
declare const verified: VerifiedIdentity
declare const anonymous: AnonymousIdentity
declare const outcome: Outcome

const profile = supportWidget()
const tenants = memoryDirectory([])
const complete = {
  name: 'agent-desk',
  token: { header: 'authorization', scheme: 'Bearer' },
  tenant: { claim: 'org', hint: 'x-org', apiKey: null },
  type: null,
  maxLifetime: 900,
  user: { id: { claim: 'sub', required: true }, email: 'email', roles: 'roles', plan: null },
  filters: null,
  userAttributes: null,
  body: null,
} as const
const checks = { issuer: 'tenant', audience: null } as const

/* createAuthenticator */

// @ts-expect-error an option that does not exist
createAuthenticator({ profile, tenants, clockTolerence: 30 })
// @ts-expect-error no profile
createAuthenticator({ tenants })
// @ts-expect-error a profile by its name
createAuthenticator({ profile: 'supportWidget', tenants })
// @ts-expect-error the function that makes the profile, not the profile
createAuthenticator({ profile: supportWidget, tenants })
// @ts-expect-error seconds as text
createAuthenticator({ profile, tenants, clockTolerance: '30' })
// @ts-expect-error `true` says nothing that the default does not
createAuthenticator({ profile, tenants, tokenCache: true })
createAuthenticator({ profile, tenants, fetch })
// @ts-expect-error the address of a proxy, where a function belongs
createAuthenticator({ profile, tenants, fetch: 'https://proxy.example' })
// @ts-expect-error a Date where milliseconds belong
createAuthenticator({ profile, tenants, now: () => new Date() })

/* profiles */

defineProfile({ ...complete, ...checks, algorithms: ['RS256', 'ES256'] })
// @ts-expect-error no algorithm at all
defineProfile({ ...complete, ...checks, algorithms: [] })
// @ts-expect-error HMAC beside a public key: the public key would do as a secret (RFC 8725 3.2)
defineProfile({ ...complete, ...checks, algorithms: ['HS256', 'RS256'] })
// @ts-expect-error "none" is no algorithm
defineProfile({ ...complete, ...checks, algorithms: ['none'] })
// @ts-expect-error no issuer: `null` says aloud that any will do
defineProfile({ ...complete, algorithms: ['RS256'], audience: null })
// @ts-expect-error no audience: `null` says aloud that any will do
defineProfile({ ...complete, algorithms: ['RS256'], issuer: 'tenant' })
// @ts-expect-error an HMAC algorithm for a profile with public keys
searchIntegration({ algorithms: ['HS256'] })
// @ts-expect-error a merge policy that does not exist
searchIntegration({ filters: { policy: 'union' } })

/* tenants */

// @ts-expect-error an algorithm that no profile knows
export const weak: Tenant = { id: 'a', keys: [{ alg: 'HS1', secret: 's' }] }
// @ts-expect-error a secret for a public-key algorithm
export const confused: Tenant = { id: 'a', keys: [{ alg: 'RS256', secret: 's' }] }
// @ts-expect-error no keys
export const keyless: Tenant = { id: 'a' }

const jwksUrl = 'https://auth.acme.example/jwks.json'
export const published: Tenant = { id: 'a', keys: [{ algorithms: ['RS256'], jwksUrl }] }
// @ts-expect-error a shared secret that is published (RFC 8725 3.1)
export const shared: Tenant = { id: 'a', keys: [{ algorithms: ['HS256'], jwksUrl }] }
// @ts-expect-error one alg for a set of keys
export const single: Tenant = { id: 'a', keys: [{ alg: 'RS256', jwksUrl }] }
// @ts-expect-error a name for a set, whose keys have their own
export const renamed: Tenant = { id: 'a', keys: [{ algorithms: ['RS256'], jwksUrl, kid: 'k' }] }
// @ts-expect-error a set of keys and a key of the record in one
export const both: Tenant = { id: 'a', keys: [{ alg: 'RS256', publicKey: '', jwksUrl }] }

/* identities and outcomes */

// @ts-expect-error an anonymous identity has no user
export const user: string = anonymous.userId
// @ts-expect-error an identity may be anonymous, and a verified one need not name a user
export const certain: string = identity.userId
// @ts-expect-error a token may only prove that a CAPTCHA was passed: no user is required
export const required: string = verified.userId
// @ts-expect-error an identity is frozen
verified.userId = 'usr_admin'
// @ts-expect-error so are its roles
verified.userRoles.push('admin')
// @ts-expect-error and its claims
verified.claims.sub = 'usr_admin'
// @ts-expect-error only an outcome that is ok has an identity
export const unchecked: Identity = outcome.identity

/* filters */

// @ts-expect-error where the filter comes from decides what is refused
parseFilters({ attributes: {} })
// @ts-expect-error a filter that was not parsed
mergeFilters({ attributes: { env: 'dev' } })
// @ts-expect-error a filter that came with a request
toPostgres({ attributes: { env: 'dev' } })
// @ts-expect-error a type that no column has
toPostgres(matchNone, { columns: { env: { name: 'env', type: 'string' } } })
// @ts-expect-error an option that does not exist
toPostgres(matchNone, { colunm: 'attributes' })

/* adapters */

// @ts-expect-error an option that does not exist
express({ profile, tenants, optinal: true })
// @ts-expect-error an option that does not exist
koa({ profile, tenants, optinal: true })
// @ts-expect-error an option that does not exist
fastify({ profile, tenants, optinal: true })
// @ts-expect-error errors are answered or thrown
express({ profile, tenants, errors: 'ignore' })

/* signers */

declare const widget: Signer<SupportWidgetClaims>
declare const search: Signer<SearchIntegrationClaims>
const named = { profile: 'support-widget', tenantId: 'ten_acme' } as const
const integration = { profile: 'search-integration', integrationId: 'i', issuer: 'x' } as const

// @ts-expect-error no secret
createSigner(named)
// @ts-expect-error a private key for a profile with a shared secret
createSigner({ ...named, privateKey: '' })
// @ts-expect-error a secret for a profile with a private key
createSigner({ ...integration, secret: '' })
// @ts-expect-error an HMAC algorithm for a private key
createSigner({ ...integration, privateKey: '', algorithm: 'HS256' })
// @ts-expect-error an audience that nobody is
createSigner({ ...integration, privateKey: '', audience: [] })
// @ts-expect-error nobody
await widget.sign({ plan: 'pro' })
// @ts-expect-error filters, which a support widget does not read
await widget.sign({ userId: 'u', filters: { attributes: { env: 'dev' } } })
// @ts-expect-error a plan, which a search integration does not read
await search.sign({ plan: 'pro' })
// @ts-expect-error a filter without its member
await search.sign({ filters: { env: 'dev' } })
// @ts-expect-error an undefined value in a filter: it would allow everything
await search.sign({ filters: { attributes: { env: undefined } } })
// @ts-expect-error an operator that filters do not have
await search.sign({ filters: { attributes: { env: { $ne: 'prod' } } } })
// @ts-expect-error a Date, which is not JSON
await search.sign({ userAttributes: { since: new Date() } })
// @ts-expect-error a lifetime as text
await search.sign({}, { expiresIn: '1h' })
// @ts-expect-error the claims of another profile
tokenEndpoint(widget, () => ({ filters: { attributes: { env: 'dev' } } }))
// @ts-expect-error every origin
tokenEndpoint(widget, () => null, { origins: '*' })

/* clients */

const source = createTokenSource({ onTokenRefresh: () => 'token' })

// @ts-expect-error no way to get a token
createTokenSource({ token: 'token' })
// @ts-expect-error a URL instead of a function
createTokenSource({ onTokenRefresh: '/api/support/token' })
// @ts-expect-error the whole answer instead of the token
createTokenSource({ onTokenRefresh: async () => ({ token: 'token' }) })
// @ts-expect-error shared by everybody
createTokenSource({ onTokenRefresh: () => 'token', share: true })
// @ts-expect-error the token instead of its source
createFetch('token')
// @ts-expect-error an option that does not exist
createFetch(source, { origin: 'https://gateway.example' })
// @ts-expect-error no origin at all
createFetch(source, { origins: null })
// @ts-expect-error a state that a status light never has
if (source.status.state === 'ok') source.close()
