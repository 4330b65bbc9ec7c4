import { isObject, member } from '../json.ts'

/** What one route may say for itself: `false` opens it to everyone. */
export type RouteOptions = false | { readonly optional?: true; readonly body?: 'unbound' }

/** What a route says, read as own properties: a polluted prototype must not open it. */
export interface Route {
  readonly open: boolean
  readonly optional: true | undefined
  readonly unbound: boolean
}

const PROTECTED: Route = Object.freeze({ open: false, optional: undefined, unbound: false })

/** Reads the options of a route from its `config`. What is not known changes nothing. */
export function readRoute(config: object): Route {
  const options = member(config, 'countersign')
  if (options === undefined) return PROTECTED
  const own = isObject(options) ? options : {}
  return {
    open: options === false,
    optional: member(own, 'optional') === true || undefined,
    unbound: member(own, 'body') === 'unbound',
  }
}

/** @throws TypeError for options of a route that are not {@link RouteOptions} */
export function checkRoute(options: unknown, route: string): void {
  if (options === undefined || options === false) return
  const isKnown = ([name, value]: [string, unknown]): boolean =>
    (name === 'optional' && value === true) || (name === 'body' && value === 'unbound')
  if (!isObject(options) || !Object.entries(options).every(isKnown))
    throw new TypeError(`countersign: route ${route} has options that are not known`)
}
