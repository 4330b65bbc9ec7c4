/** Whether a header can carry it, and it is none of the texts that a mistake turns into. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^(?!(undefined|null)$)[!-~]+$/.test(value)
}

/**
 * What a JWT says, unverified: to know when to ask for the next one, and for nothing that matters more. Its bytes are not
 * decoded to text, since here they are only compared.
 */
function readClaims(token: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const [, payload = ''] = token!.split('.')
    const text = atob(payload.replaceAll('-', '+').replaceAll('_', '/'))
    return Object(JSON.parse(text)) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** `exp` in milliseconds; NaN for a token that does not say. */
export function expiryOf(token: string | undefined): number {
  const { exp } = readClaims(token)
  return typeof exp === 'number' && exp < 1e12 ? exp * 1000 : NaN
}

/** Whether a token says the same as another one, of the same user, tenant and rights, but for another time. */
export function saysTheSame(one: string | undefined, other: string): boolean {
  const times = { exp: 0, iat: 0, nbf: 0, jti: 0 }
  const [mine, given] = [one, other].map((token) =>
    JSON.stringify({ ...readClaims(token), ...times }),
  )
  return mine === given
}
