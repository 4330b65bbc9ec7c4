// What a customer's backend runs: the code of the two documents, as they print it, with the keys as parameters.
import jwt from 'jsonwebtoken'

export interface User {
  readonly id: string
  readonly email: string
  readonly roles: readonly string[]
  readonly plan: string
}

export interface TenantConfig {
  readonly tenantId: string
  readonly jwtSecret: string
}

/** The payload of a support widget's token. */
export function widgetPayload(user: User, tenantConfig: TenantConfig): object {
  return {
    tenantId: tenantConfig.tenantId, // "ten_xxx"
    userId: user.id, // "usr_xxx"
    userEmail: user.email,
    userRoles: user.roles, // ["user", "admin"]
    plan: user.plan, // "pro"
  }
}

/** "Sign a Token", of the support widget's document. */
export function createWidgetToken(user: User, tenantConfig: TenantConfig): string {
  return jwt.sign(widgetPayload(user, tenantConfig), tenantConfig.jwtSecret, {
    algorithm: 'HS256',
    expiresIn: '1h',
  })
}

export interface TokenConfiguration {
  readonly iss: string
  readonly integrationId: string
  readonly filters?: {
    readonly attributes: {
      readonly $and: readonly Readonly<
        Record<string, string | { readonly $in: readonly string[] }>
      >[]
    }
  }
  readonly userAttributes?: Readonly<Record<string, string | number | readonly string[]>>
  readonly expirationOffsetHours?: number
}

/** "Generating a token in your backend", of the search integration's document. */
export function generateToken(
  { iss, integrationId, filters, userAttributes, expirationOffsetHours = 24 }: TokenConfiguration,
  privateKey: string,
): string {
  const payload = {
    iss,
    aud: 'https://api.inkeep.com',
    integrationId,
    filters,
    userAttributes,
    exp: Math.floor(Date.now() / 1000) + expirationOffsetHours * 60 * 60,
  }
  return jwt.sign(payload, privateKey, { algorithm: 'RS256' })
}
