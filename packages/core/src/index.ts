export { createAuthenticator, type Authenticator, type Outcome } from './authenticator.ts'
export type { AuthenticatorOptions } from './authenticator-options.ts'
export type { Awaitable } from './awaitable.ts'
export type { UserAttributes } from './attributes.ts'
export type { BindOutcome, Bound } from './binding.ts'
export { bodyState, type BodyRequest } from './body-state.ts'
export {
  closeCode,
  expirySignal,
  identitySignal,
  type CloseCode,
  type ConnectionOptions,
} from './connections.ts'
export type { DirectoryAnswer, TenantDirectory } from './directory/directory.ts'
export { fileDirectory, type FileDirectory, type FileDirectoryOptions } from './directory/file.ts'
export {
  memoryDirectory,
  type MemoryDirectory,
  type MemoryDirectoryOptions,
} from './directory/memory.ts'
export { TenantLoadError, type TenantFault } from './directory/sealed-tenants.ts'
export {
  AuthError,
  type AuthAction,
  type AuthErrorCode,
  type AuthErrorContext,
  type BodyFault,
} from './errors.ts'
export type { OutcomeEvent, TenantEvent } from './events.ts'
export type { AnonymousIdentity, Claims, Identity, VerifiedIdentity } from './identity.ts'
export type { KeySetFetch, KeySetFetchInit } from './key-set-fetch.ts'
export type { Algorithm, AsymmetricAlgorithm, PublicJwk, TenantKey } from './keys.ts'
export { toProblem, toResponse, type Problem } from './problem.ts'
export {
  defineProfile,
  type FilterRules,
  type Profile,
  type ProfileOptions,
  type TokenLimits,
  type UserClaim,
} from './profile.ts'
export { searchIntegration, type SearchIntegrationOptions } from './profiles/search-integration.ts'
export { supportWidget, type SupportWidgetOptions } from './profiles/support-widget.ts'
export { isPreflight, type AuthRequest } from './request.ts'
export type { Revocation, RevocationQuery } from './revocation.ts'
export type { StandardSchema } from './standard-schema.ts'
export { readSubprotocolToken } from './subprotocol.ts'
export type { Tenant } from './tenant.ts'
export type { NotReady } from './tenant-lookup/warm.ts'
