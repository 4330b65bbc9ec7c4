import { SECRET, widgetClaims, widgetToken } from '../tokens/widget.ts'
import { signHs256 } from '../tokens/sign.ts'
import { respell } from './spellings.ts'

/** A kind of token that comes in great numbers. */
export interface Flood {
  /** The token with this number; `issuedAt` is in seconds. */
  readonly token: (number: number, issuedAt: number) => string
  /** Whether they are let in. */
  readonly good: boolean
}

/** The tenant that a flood is about. */
export const FLOODED = 'tenant-0'

const STOLEN = SECRET.replace('shared', 'stolen')

/** What the floods are made of. */
export const FLOODS = {
  'bad tokens, all different': {
    token: (number, issuedAt) =>
      signHs256(widgetClaims(FLOODED, `user-${number}`, issuedAt), STOLEN),
    good: false,
  },
  'good tokens, all different, of one tenant': {
    token: (number, issuedAt) => widgetToken(FLOODED, `new-user-${number}`, issuedAt),
    good: true,
  },
  'one good token in many spellings': {
    token: (number, issuedAt) => respell(widgetToken(FLOODED, 'user-0', issuedAt), number),
    good: false,
  },
  'unknown tenants, all different': {
    token: (number, issuedAt) => widgetToken(`unknown-${number}`, 'user-0', issuedAt),
    good: false,
  },
} satisfies Record<string, Flood>

export type FloodName = keyof typeof FLOODS

export const FLOOD_NAMES: readonly FloodName[] = Object.keys(FLOODS) as FloodName[]
