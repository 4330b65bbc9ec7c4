import { group, PASSES, REJECTED, type AttackGroup, type Difference } from '../attack.ts'
import { hs256, mint, mintSegments, respell, segment } from '../mint.ts'
import { search, searchToken, widget, widgetClaims, widgetToken } from '../requests.ts'
import type { World } from '../world.ts'

const STRIPPED: Difference = {
  expect: PASSES,
  why: 'white space around a header value is not part of it (RFC 9110 section 5.5)',
}
const REFUSED_BYTES: Difference = {
  stack: [400],
  why: 'a control character in a header value (RFC 9110 section 5.5)',
}

// 26 bytes of header and a multiple of three plus two of payload have bits to spare in base64url.
const SPARE_HEADER = { alg: 'HS256', kid: 'k1' }

function sparePayload(world: World): string {
  const claims = widgetClaims(world)
  const missing = (5 - (JSON.stringify({ ...claims, pad: '' }).length % 3)) % 3
  return segment({ ...claims, pad: 'x'.repeat(missing) })
}

// Claims whose base64 has both of the characters that base64url replaces.
function dashedClaims(world: World): object {
  return { ...widgetClaims(world), pad: ['>>>>', '????', '~~~~', '????>', '>>>>>>?', '~?>~?>'] }
}

function dashed(world: World, part: 'header' | 'payload' | 'signature'): string {
  for (let attempt = 0; ; attempt += 1) {
    const header = { alg: 'HS256', kid: `~?>~?>??>>${attempt}` }
    const payload = { ...dashedClaims(world), attempt }
    const segments = mint(header, payload, hs256(world.a.secret)).split('.')
    const place = ['header', 'payload', 'signature'].indexOf(part)
    const text = segments[place] as string
    if (!/[-_]/.test(text)) continue
    segments[place] = text.replaceAll('-', '+').replaceAll('_', '/')
    if (part === 'signature') return segments.join('.')
    return mintSegments(segments[0] as string, segments[1] as string, hs256(world.a.secret))
  }
}

/** RFC 7515 section 2: one token has one spelling; any other is another cache entry and a way round revocation. */
export const base64url: AttackGroup = group('base64url', { at: 'widget', control: widget() }, [
  {
    name: 'a spare bit set in the header, and signed so',
    intent: 'another spelling of the same bytes',
    make: widget((world) => ({
      token: mintSegments(
        respell(segment(SPARE_HEADER)),
        segment(widgetClaims(world)),
        hs256(world.a.secret),
      ),
    })),
    expect: REJECTED,
  },
  {
    name: 'a spare bit set in the payload, and signed so',
    intent: 'another spelling of the same bytes',
    make: widget((world) => ({
      token: mintSegments(
        segment(SPARE_HEADER),
        respell(sparePayload(world)),
        hs256(world.a.secret),
      ),
    })),
    expect: REJECTED,
  },
  {
    name: 'a spare bit set in an HS256 signature',
    intent: 'a revoked token in a spelling that the list of revoked ones does not have',
    make: widget((world) => ({ token: respell(widgetToken(world)) })),
    expect: REJECTED,
  },
  {
    name: 'a spare bit set in an RS256 signature',
    intent: 'a revoked token in a spelling that the list of revoked ones does not have',
    at: 'search',
    make: search((world) => ({ token: respell(searchToken(world)) })),
    expect: REJECTED,
  },
  {
    name: 'padding after the signature',
    intent: 'another spelling of the same bytes',
    make: widget((world) => ({ token: `${widgetToken(world)}=` })),
    expect: REJECTED,
  },
  {
    name: 'padding in each segment, and signed so',
    intent: 'another spelling of the same bytes',
    make: widget((world) => ({
      token: `${mintSegments(`${segment(SPARE_HEADER)}=`, `${sparePayload(world)}=`, hs256(world.a.secret))}=`,
    })),
    expect: REJECTED,
  },
  ...(['header', 'payload', 'signature'] as const).map((part) => ({
    name: `+ and / in the ${part}`,
    intent: 'the alphabet of base64 instead of base64url',
    make: widget((world) => ({ token: dashed(world, part) })),
    expect: REJECTED,
  })),
  {
    name: 'a segment of one character too many',
    intent: 'six bits that stand for nothing',
    make: widget((world) => ({
      token: `${segment({ alg: 'HS256' })}A.${widgetToken(world).split('.').slice(1).join('.')}`,
    })),
    expect: REJECTED,
  },
  {
    name: 'a space in front of the token',
    intent: 'another spelling that a decoder overlooks',
    make: widget((world) => ({ token: ` ${widgetToken(world)}` })),
    expect: REJECTED,
  },
  {
    name: 'a space behind the token',
    intent: 'another spelling that a decoder overlooks',
    make: widget((world) => ({ token: `${widgetToken(world)} ` })),
    expect: REJECTED,
    http: STRIPPED,
  },
  {
    name: 'a space in front of a bare token',
    intent: 'another spelling that a decoder overlooks',
    at: 'search',
    make: search((world) => ({ token: ` ${searchToken(world)}` })),
    expect: REJECTED,
    http: STRIPPED,
  },
  {
    name: 'a tab behind the token',
    intent: 'another spelling that a decoder overlooks',
    make: widget((world) => ({ token: `${widgetToken(world)}\t` })),
    expect: REJECTED,
    http: STRIPPED,
  },
  {
    name: 'a space inside the payload, and signed so',
    intent: 'one token in as many spellings as one likes',
    make: widget((world) => {
      const payload = segment(widgetClaims(world))
      return {
        token: mintSegments(
          segment(SPARE_HEADER),
          `${payload.slice(0, 8)} ${payload.slice(8)}`,
          hs256(world.a.secret),
        ),
      }
    }),
    expect: REJECTED,
  },
  {
    name: 'a tab inside the signature',
    intent: 'one token in as many spellings as one likes',
    make: widget((world) => ({ token: widgetToken(world).replace(/.{8}$/, '\t$&') })),
    expect: REJECTED,
  },
  {
    name: 'a newline behind the token',
    intent: 'a pattern whose $ matches before the last newline',
    make: widget((world) => ({ token: `${widgetToken(world)}\n` })),
    expect: REJECTED,
    http: REFUSED_BYTES,
  },
  {
    name: 'a newline inside the token',
    intent: 'one token in as many spellings as one likes',
    make: widget((world) => ({ token: widgetToken(world).replace(/.{8}$/, '\n$&') })),
    expect: REJECTED,
    http: REFUSED_BYTES,
  },
  {
    name: 'a NUL behind the token',
    intent: 'a text that ends earlier for one reader',
    make: widget((world) => ({ token: `${widgetToken(world)}\0` })),
    expect: REJECTED,
    http: REFUSED_BYTES,
  },
  {
    name: 'a NBSP behind the token',
    intent: 'white space that HTTP keeps and trim() removes',
    make: widget((world) => ({ token: `${widgetToken(world)}\u00a0` })),
    expect: REJECTED,
  },
  {
    name: 'fullwidth letters in the token',
    intent: 'a normalisation that makes ASCII of them',
    make: widget((world) => ({ token: widgetToken(world).replace('e', '\uff45') })),
    expect: REJECTED,
  },
  {
    name: 'a percent-encoded dot',
    intent: 'a token that is decoded once more',
    make: widget((world) => ({ token: widgetToken(world).replaceAll('.', '%2E') })),
    expect: REJECTED,
  },
  {
    name: 'quotes around the token',
    intent: 'a quoted string where RFC 6750 has none',
    make: widget((world) => ({ token: `"${widgetToken(world)}"` })),
    expect: REJECTED,
  },
])
