// What a handler saw, in words.
import type { Condition, Query } from '@countersign/filters'
import type { Sighting } from './gateway.ts'

export function describeUser({ identity, userAttributes }: Sighting): string {
  const { kind, userId, userRoles, plan } = identity
  if (kind === 'anonymous') return 'nobody'
  const inBody = userAttributes?.['userId']
  return [
    String(userId),
    ...(userRoles.length > 0 ? [`roles ${userRoles.join(' and ')}`] : []),
    ...(plan === undefined ? [] : [`plan ${plan}`]),
    ...(inBody === undefined || inBody === userId ? [] : ['but the body says another']),
  ].join(', ')
}

/** `env = dev and modules in (module1, module2)` */
export function describeQuery(query: Query): string {
  return Object.entries(query)
    .map(([key, value]: [string, readonly Query[] | Condition]) => {
      if (Array.isArray(value)) return describeGroup(key, value as readonly Query[])
      return describeCondition(key, value as Condition)
    })
    .join(' and ')
}

function describeGroup(operator: string, queries: readonly Query[]): string {
  const texts = queries.map(describeQuery)
  return operator === '$and' ? texts.join(' and ') : `(${texts.join(' or ')})`
}

function describeCondition(key: string, condition: Condition): string {
  if (typeof condition !== 'object') return `${key} = ${condition}`
  return [
    ...('$eq' in condition ? [`${key} = ${condition.$eq}`] : []),
    ...('$in' in condition ? [`${key} in (${condition.$in.join(', ')})`] : []),
  ].join(' and ')
}
