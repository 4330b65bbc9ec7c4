import { CLAIMS, group, PASSES, type AttackGroup } from '../attack.ts'
import { search } from '../requests.ts'
import { AUDIENCE } from '../world.ts'

const AUDIENCES: readonly (readonly [name: string, aud: unknown])[] = [
  ['missing', undefined],
  ['null', null],
  ['empty', ''],
  ['another', 'https://api.other.example'],
  ['a prefix of ours', 'https://api.inkeep'],
  ['ours and more', `${AUDIENCE}.evil.example`],
  ['ours with a slash', `${AUDIENCE}/`],
  ['ours in upper case', AUDIENCE.toUpperCase()],
  ['ours with a space', ` ${AUDIENCE}`],
  ['ours and another in one text', `${AUDIENCE} https://api.other.example`],
  ['a list without ours', ['https://api.other.example']],
  ['an empty list', []],
  ['a list with ours and a number', [AUDIENCE, 1]],
  ['a list with ours and null', [AUDIENCE, null]],
  ['a list in a list', [[AUDIENCE]]],
  ['a number', 1],
  ['true', true],
  ['an object', { [AUDIENCE]: true }],
  ['an object that has a length', { 0: AUDIENCE, length: 1 }],
]

/** RFC 7519 section 4.1.3. */
export const audiences: AttackGroup = group('aud', { at: 'search', control: search() }, [
  ...AUDIENCES.map(([name, aud]) => ({
    name: `aud: ${name}`,
    intent: 'a token that was made for another service',
    make: search({ claims: { aud } }),
    expect: CLAIMS,
  })),
  {
    name: 'aud: a list with ours',
    intent: 'none: a token may be meant for several',
    make: search({ claims: { aud: ['https://api.other.example', AUDIENCE] } }),
    expect: PASSES,
    sees: { userId: 'usr_1' },
  },
])

const ISSUERS: readonly (readonly [name: string, issuer: (ours: string) => unknown])[] = [
  ['missing', () => undefined],
  ['null', () => null],
  ['empty', () => ''],
  ['another', () => 'https://auth.other.example'],
  ['a prefix of ours', (ours) => ours.slice(0, -1)],
  ['ours and more', (ours) => `${ours}.evil.example`],
  ['ours with a slash', (ours) => `${ours}/`],
  ['ours in upper case', (ours) => ours.toUpperCase()],
  ['ours with a space', (ours) => `${ours} `],
  ['ours with a NUL', (ours) => `${ours}\0`],
  ['a list of ours', (ours) => [ours]],
  ['a list of ours and another', (ours) => [ours, 'https://auth.other.example']],
  ['a number', () => 1],
  ['true', () => true],
  ['an object', (ours) => ({ iss: ours })],
  ['__proto__', () => '__proto__'],
  ['constructor', () => 'constructor'],
]

/** RFC 7519 section 4.1.1: one text, equal byte for byte. */
export const issuers: AttackGroup = group('iss', { at: 'search', control: search() }, [
  ...ISSUERS.map(([name, issuer]) => ({
    name: `iss: ${name}`,
    intent: 'a token of another issuer that holds the same key',
    make: search((world) => ({ claims: { iss: issuer(world.a.issuer) } })),
    expect: CLAIMS,
  })),
  {
    name: "iss: the other tenant's",
    intent: 'an issuer that some tenant has',
    make: search((world) => ({ claims: { iss: world.b.issuer } })),
    expect: CLAIMS,
  },
])
