import {
  searchIntegration,
  supportWidget,
  type AuthenticatorOptions,
  type TenantDirectory,
} from '@countersign/core'
import { NOW } from '../fixtures/clock.ts'
import { SEARCH_TENANTS } from '../fixtures/search.ts'
import { WIDGET_TENANTS } from '../fixtures/widget.ts'
import type { Answer, AppDescription, Exchange, RouteDescription } from '../hosts/host.ts'

const now = (): number => NOW

/** Options for the first document's profile. */
export function widget(
  options: Partial<AuthenticatorOptions> = {},
): AuthenticatorOptions & { readonly profile: AuthenticatorOptions['profile'] } {
  return { profile: supportWidget(), tenants: WIDGET_TENANTS, now, ...options }
}

/** Options for the second document's profile. */
export function search(options: Partial<AuthenticatorOptions> = {}): AuthenticatorOptions {
  return { profile: searchIntegration(), tenants: SEARCH_TENANTS, now, ...options }
}

/** The same without API keys. */
export function keyless(options: Partial<AuthenticatorOptions> = {}): AuthenticatorOptions {
  return search({ profile: searchIntegration({ apiKey: false }), ...options })
}

/** Answers with all that a handler sees. */
export function echo(exchange: Exchange): Answer {
  const attached = exchange.attached ?? null
  return {
    json: {
      identity: attached,
      // Of no body, each framework has an idea of its own.
      body: carriesBody(exchange) ? exchange.body : null,
      typed: typedIdentity(exchange),
    },
  }
}

function carriesBody({ raw }: Exchange): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = raw.headers
  return encoding !== undefined || (length !== undefined && length !== '0')
}

function typedIdentity(exchange: Exchange): unknown {
  try {
    return exchange.identity() === exchange.attached ? 'the attached one' : 'another'
  } catch (error) {
    return (error as { code?: unknown }).code
  }
}

const ECHO: RouteDescription = { path: '/echo', handler: echo }

const outage: TenantDirectory = {
  find() {
    throw new Error('the database is down')
  },
  findByApiKeyHash: () => Promise.reject(new Error('the database is down')),
}

/** The services that the cases of this contract are sent to; each call makes new ones. */
export const services = {
  widget: (): AppDescription => ({ auth: widget(), routes: [ECHO] }),
  'widget, optional': () => ({ auth: { ...widget(), optional: true }, routes: [ECHO] }),
  'widget, tenant by path': () => ({
    auth: widget({ tenant: ({ url }) => /^\/v1\/(\w+)/.exec(url ?? '')?.[1] }),
    mount: '/v1',
    routes: [
      { path: '/ten_acme/echo', handler: echo },
      { path: '/ten_globex/echo', handler: echo },
    ],
  }),
  'widget, guards': () => ({
    auth: { ...widget(), optional: true },
    routes: [
      { path: '/admin', guards: { roles: ['admin'] }, handler: echo },
      { path: '/editors', guards: { roles: ['admin', 'editor'] }, handler: echo },
      { path: '/enterprise', guards: { plans: ['enterprise'] }, handler: echo },
      { path: '/paid', guards: { plans: ['pro', 'enterprise'] }, handler: echo },
      { path: '/both', guards: { roles: ['editor'], plans: ['enterprise'] }, handler: echo },
    ],
  }),
  'guards alone': () => ({
    routes: [
      { path: '/admin', guards: { roles: ['admin'] }, handler: echo },
      { path: '/paid', guards: { plans: ['pro'] }, handler: echo },
    ],
  }),
  'widget, revoked': () => ({
    auth: widget({ revocation: { isRevoked: ({ userId }) => userId === 'usr_gone' } }),
    routes: [ECHO],
  }),
  'widget, revocation down': () => ({
    auth: widget({
      revocation: {
        isRevoked() {
          throw new Error('the store is down')
        },
      },
    }),
    routes: [ECHO],
  }),
  'widget, directory down': () => ({ auth: widget({ tenants: outage }), routes: [ECHO] }),
  search: () => ({ auth: search(), routes: [ECHO] }),
  'search, before the body': () => ({ auth: search(), order: 'around-parser', routes: [ECHO] }),
  'search, unbound': () => ({ auth: search(), order: 'unbound', routes: [ECHO] }),
  'search, no parser': () => ({ auth: search(), order: 'no-parser', routes: [ECHO] }),
  'search, body required': () => ({
    auth: search({ profile: searchIntegration({ body: 'required' }) }),
    routes: [ECHO],
  }),
  'search, strict': () => ({
    auth: search({ profile: searchIntegration({ filters: { policy: 'strict' } }) }),
    routes: [ECHO],
  }),
  'search, replace': () => ({
    auth: search({ profile: searchIntegration({ filters: { policy: 'replace' } }) }),
    routes: [ECHO],
  }),
  'search, filters required': () => ({
    auth: search({ profile: searchIntegration({ filters: { required: true } }) }),
    routes: [ECHO],
  }),
  'search, optional': () => ({ auth: { ...search(), optional: true }, routes: [ECHO] }),
  'search, directory down': () => ({ auth: search({ tenants: outage }), routes: [ECHO] }),
  'search, no API keys': () => ({ auth: keyless(), routes: [ECHO] }),
  'search, no API keys, optional': () => ({
    auth: { ...keyless(), optional: true },
    routes: [ECHO],
  }),
} as const satisfies Readonly<Record<string, () => AppDescription>>

export type ServiceName = keyof typeof services
