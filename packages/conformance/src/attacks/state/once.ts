import type { Make } from '../attack.ts'
import { search, searchToken, widget, widgetToken } from '../requests.ts'
import type { World } from '../world.ts'

/** The same token each time, however the clock has moved since. */
export function widgetOnce(world: World, more: Parameters<typeof widgetToken>[1] = {}): Make {
  const token = widgetToken(world, more)
  return widget({ token })
}

/** The same for search integrations. */
export function searchOnce(world: World, more: Parameters<typeof searchToken>[1] = {}): Make {
  const token = searchToken(world, more)
  return search({ token })
}
