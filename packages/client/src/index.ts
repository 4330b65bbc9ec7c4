export { createFetch, type FetchOptions } from './create-fetch.ts'
export { TokenRefreshError } from './refresh-error.ts'
export type { TokenState, TokenStatus } from './status.ts'
export { createTokenSource, type TokenSource, type TokenSourceOptions } from './token-source.ts'
