export type { SearchIntegrationClaims, SupportWidgetClaims } from './claims.ts'
export type { GetUser, TokenEndpointOptions } from './endpoint/endpoint.ts'
export { createKeyPair, createSecret, type GeneratedKeyPair } from './generate.ts'
export type { JsonValue } from './json-text.ts'
export type { PrivateJwk, PrivateKeyInput } from './private-key.ts'
export { createSigner, type Signer, type SignOptions } from './signer.ts'
export { SignerError, type SignerErrorCode } from './signer-error.ts'
export type {
  SearchIntegrationSignerOptions,
  SupportWidgetSignerOptions,
} from './signer-options.ts'
