import type { WireFilters } from '@countersign/filters'

/** What a token says. Anybody can read it; only the gateway can tell whether it is true. */
export interface TokenClaims {
  readonly tenantId: string
  readonly userId: string
  readonly userRoles: readonly string[]
  readonly plan: string
  readonly articles: WireFilters
  /** Seconds since the epoch. */
  readonly iat: number
  readonly exp: number
}

export function claimsOf(token: string): TokenClaims {
  const bytes = Uint8Array.from(atob(toBase64(token.split('.')[1] ?? '')), (byte) =>
    byte.charCodeAt(0),
  )
  return JSON.parse(new TextDecoder().decode(bytes)) as TokenClaims
}

/** The same token with other claims: the signature stays, and no longer fits. */
export function forge(token: string, changes: Partial<TokenClaims>): string {
  const [header, , signature] = token.split('.')
  const payload = JSON.stringify({ ...claimsOf(token), ...changes })
  const bytes = new TextEncoder().encode(payload)
  const text = btoa(String.fromCharCode(...bytes))
  return [
    header,
    text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
    signature,
  ].join('.')
}

const toBase64 = (text: string): string => text.replaceAll('-', '+').replaceAll('_', '/')
