// What the customers' backends know: their users, and what each of them may see.
import { parseFilters, toWire, type WireFilters } from '@countersign/filters'
import type { SupportWidgetClaims } from '@countersign/signer'

export interface User {
  readonly id: string
  readonly tenantId: string
  readonly name: string
  readonly email: string
  readonly plan: (typeof PLANS)[number]
  readonly roles: readonly string[]
}

const PLANS = ['free', 'pro', 'enterprise'] as const // each includes those before it

export const users: readonly User[] = [
  person('usr_fay', 'ten_acme', 'Fay', 'free', 'user'),
  person('usr_pia', 'ten_acme', 'Pia', 'pro', 'user'),
  person('usr_ada', 'ten_acme', 'Ada', 'enterprise', 'admin'),
  person('usr_gus', 'ten_globex', 'Gus', 'pro', 'admin'),
]

function person(
  id: string,
  tenantId: string,
  name: string,
  plan: User['plan'],
  role: string,
): User {
  const email = `${name.toLowerCase()}@${tenantId.slice('ten_'.length)}.example`
  return { id, tenantId, name, email, plan, roles: [role] }
}

const PRODUCTS: Readonly<Record<string, string>> = { ten_acme: 'relay', ten_globex: 'atlas' }

/** The articles that a user may see: of the customer's product, by plan, and by role. */
function articlesFor({ tenantId, plan, roles }: User): WireFilters {
  return {
    attributes: {
      product: PRODUCTS[tenantId] ?? tenantId,
      plan: { $in: PLANS.slice(0, PLANS.indexOf(plan) + 1) },
      env: { $in: roles.includes('admin') ? ['dev', 'prod'] : ['dev'] },
    },
  }
}

/** What is signed of a user: the claims of the support widget, and the filter as one more. */
export function claimsOf(user: User): SupportWidgetClaims {
  const { id, email, roles, plan } = user
  // The signer does not know that a claim of one's own is a filter, so it is checked here.
  const articles = toWire(parseFilters(articlesFor(user), { source: 'token' }))
  return {
    userId: id,
    userEmail: email,
    userRoles: roles,
    plan,
    claims: { articles: { ...articles } },
  }
}
