import { searchIntegration, supportWidget, type AuthenticatorOptions } from '@countersign/core'
import type { Target } from './attack.ts'
import type { World } from './world.ts'

/** How one part of a gateway is set up: what `countersign()` takes. */
export type TargetOptions = AuthenticatorOptions<undefined> & { readonly optional?: boolean }

export const TARGETS: readonly Target[] = [
  'widget',
  'widget-optional',
  'search',
  'search-keyless',
  'search-optional',
  'search-strict',
]

export function targetOptions(target: Target, world: World): TargetOptions {
  const now = (): number => world.now() * 1000
  const widget = { profile: supportWidget(), tenants: world.widgetTenants, now }
  const search = { profile: searchIntegration(), tenants: world.searchTenants, now }
  switch (target) {
    case 'widget':
      return widget
    case 'widget-optional':
      return { ...widget, optional: true }
    case 'search':
      return search
    case 'search-keyless':
      return { ...search, profile: searchIntegration({ apiKey: false }) }
    case 'search-optional':
      return { ...search, optional: true }
    case 'search-strict':
      return { ...search, profile: searchIntegration({ filters: { policy: 'strict' } }) }
  }
}
