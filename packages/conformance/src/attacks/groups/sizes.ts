import { group, INVALID, PASSES, REJECTED, type AttackGroup, type Difference } from '../attack.ts'
import { rs256 } from '../mint.ts'
import { search, widget, widgetToken } from '../requests.ts'
import type { World } from '../world.ts'

/** A token that is exactly this long, and sound otherwise. */
export function tokenOfLength(
  length: number,
  sign: (header: object, pad: string) => string,
): string {
  for (let kid = 0; kid < 8; kid += 1) {
    const header = { alg: 'HS256', kid: 'k'.repeat(kid) }
    const short = sign(header, '').length
    const guess = Math.max(0, Math.floor(((length - short) * 3) / 4) - 4)
    for (let pad = guess; pad < guess + 12; pad += 1) {
      const token = sign(header, 'x'.repeat(pad))
      if (token.length === length) return token
    }
  }
  throw new Error(`no token has ${length} characters`)
}

function sized(world: World, length: number): string {
  return tokenOfLength(length, (header, pad) => widgetToken(world, { header, claims: { pad } }))
}

const TOO_LARGE: Difference = {
  stack: [431, 400, 0],
  why: 'a server bounds the size of its headers, Node at 16 KiB',
}

/** Work is bounded before anything is decoded. */
export const sizes: AttackGroup = group('size', { at: 'widget', control: widget() }, [
  {
    name: 'a token of 8192 characters',
    intent: 'none: the last size that is allowed',
    make: widget((world) => ({ token: sized(world, 8192) })),
    expect: PASSES,
    sees: { userId: 'usr_1' },
  },
  {
    name: 'a token of 8193 characters',
    intent: 'work that grows with what the attacker sends',
    make: widget((world) => ({ token: sized(world, 8193) })),
    expect: INVALID,
  },
  {
    name: 'a token of a megabyte, signed',
    intent: 'work that grows with what the attacker sends',
    make: widget({ claims: { pad: 'x'.repeat(750_000) } }),
    expect: INVALID,
    http: TOO_LARGE,
  },
  {
    name: 'a bare token of a megabyte, signed',
    intent: 'work that grows with what the attacker sends',
    at: 'search',
    make: search((world) => ({
      claims: { pad: 'x'.repeat(750_000) },
      signer: rs256(world.a.rsa.private),
    })),
    expect: INVALID,
    http: TOO_LARGE,
  },
  {
    name: '8192 dots',
    intent: 'a split that makes as many texts as there are dots',
    make: widget({ token: '.'.repeat(8192) }),
    expect: REJECTED,
  },
  {
    name: 'five million dots',
    intent: 'a split that makes as many texts as there are dots',
    make: widget({ token: '.'.repeat(5_000_000) }),
    expect: INVALID,
    http: TOO_LARGE,
  },
  {
    name: '8192 characters that almost match',
    intent: 'a pattern that backtracks',
    make: widget({ token: `${'A'.repeat(8190)}.=` }),
    expect: REJECTED,
  },
])
