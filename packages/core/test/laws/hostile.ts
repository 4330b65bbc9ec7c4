import fc from 'fast-check'
import { AuthError } from '../../src/index.ts'

// Values that no JSON parser makes, but that code in the same process can hand over: they throw when they are looked at.

export const raise = (thrown: unknown): never => {
  throw thrown
}

/** A proxy all of whose traps throw the same. */
function trapped(thrown: unknown, target: object = {}): object {
  const trap = (): never => raise(thrown)
  return new Proxy(target, {
    get: trap,
    set: trap,
    has: trap,
    ownKeys: trap,
    getPrototypeOf: trap,
    setPrototypeOf: trap,
    getOwnPropertyDescriptor: trap,
    defineProperty: trap,
    deleteProperty: trap,
    isExtensible: trap,
    preventExtensions: trap,
    apply: trap,
    construct: trap,
  })
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

function circular(): object {
  const ring: Record<string, unknown> = {}
  ring['self'] = ring
  ring['attributes'] = ring
  return ring
}

function deep(levels: number): unknown {
  let value: unknown = 'bottom'
  for (let i = 0; i < levels; i++)
    value = i % 2 === 0 ? { attributes: value, $and: value } : [value]
  return value
}

const [THEN] = ['then']

export function thenable(then: unknown): object {
  return Object.defineProperty({}, THEN, { value: then })
}

/** What a trap, a getter or a callback throws. */
export const THROWN: Readonly<Record<string, () => unknown>> = {
  'an error': () => new Error('hostile'),
  'a text': () => 'hostile',
  undefined: () => undefined,
  null: () => null,
  'a symbol': () => Symbol('hostile'),
  'a function': () => () => 'hostile',
  'an object that looks like a refusal': () => ({ code: 'ok', status: 200 }),
  'an object without a prototype': () => Object.create(null) as unknown,
}

/** What is worse: even asking what was thrown throws. */
export const UNSPEAKABLE: Readonly<Record<string, () => unknown>> = {
  'a proxy that throws when it is asked for its prototype': () => trapped(new Error('hostile')),
  'a revoked proxy': () => revoked({}),
  'a hollow AuthError': () => Object.create(AuthError.prototype) as unknown,
}

const LEAVES: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => 0,
  () => Number.NaN,
  () => -0,
  () => 10n,
  () => '',
  () => 'acme',
  () => Symbol('hostile'),
  () => () => 'acme',
  () => Object.create(null) as unknown,
  () => new Date(Number.NaN),
  () => new Map([['filters', {}]]),
  () => new Set([1]),
  () => new Uint8Array(8),
  () => new ArrayBuffer(8),
  () => /x/g,
  () => new Error('hostile'),
  () => Promise.resolve('acme'),
  () => Array.from({ length: 3 }),
  () => Array.from({ length: 20_000 }, () => 'x'),
  circular,
  () => deep(20),
  () => deep(5000),
  () => thenable(() => raise('then')),
  () => thenable((_: unknown, reject: (error: unknown) => void) => reject('then')),
  () => Object.defineProperty({}, THEN, { get: () => raise('then') }),
  () => ({ toString: () => raise('toString'), [Symbol.toPrimitive]: () => raise('primitive') }),
  () => ({ toJSON: () => raise('toJSON'), length: -1 }),
  () => Object.setPrototypeOf({ filters: null }, trapped('prototype')) as unknown,
  () => JSON.parse('{"__proto__":{"filters":{}},"constructor":{"prototype":1}}') as unknown,
  () =>
    new (class Odd {
      org_id = 'acme'
    })(),
  () => revoked({}),
  () => revoked([]),
  () => revoked(() => 'acme'),
]

/** Makes a hostile value; made anew for each use. */
export type Maker = () => unknown

const thrown: fc.Arbitrary<Maker> = fc.constantFrom(
  ...Object.values(THROWN),
  ...Object.values(UNSPEAKABLE),
)

/** Any value at all, with the given names among its members. */
export function hostile(
  names: readonly string[],
  usual: fc.Arbitrary<unknown>,
): fc.Arbitrary<Maker> {
  const { value } = fc.letrec<{ value: Maker }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      { weight: 3, arbitrary: fc.constantFrom(...LEAVES) },
      { weight: 3, arbitrary: usual.map((plain) => () => plain) },
      { weight: 1, arbitrary: thrown.map((make) => () => trapped(make())) },
      { weight: 1, arbitrary: thrown.map((make) => () => trapped(make(), [])) },
      { weight: 1, arbitrary: thrown.map((make) => () => trapped(make(), () => 'acme')) },
      {
        weight: 5,
        arbitrary: fc
          .tuple(
            fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 4 }),
            fc.constantFrom('plain', 'null prototype', 'getters', 'function', 'array'),
          )
          .map(
            ([members, kind]) =>
              () =>
                assemble(members, kind),
          ),
      },
      {
        weight: 2,
        arbitrary: fc.tuple(fc.constantFrom(...names), thrown).map(
          ([name, make]) =>
            () =>
              Object.defineProperty({}, name, {
                enumerable: true,
                get: () => raise(make()),
              }),
        ),
      },
    ),
  }))
  return value
}

function assemble(members: Readonly<Record<string, Maker>>, kind: string): unknown {
  const target: object =
    kind === 'null prototype'
      ? (Object.create(null) as object)
      : kind === 'function'
        ? () => 'acme'
        : kind === 'array'
          ? []
          : {}
  for (const [name, make] of Object.entries(members))
    Object.defineProperty(
      target,
      name,
      kind === 'getters'
        ? { enumerable: true, get: make }
        : { enumerable: true, configurable: true, value: make() },
    )
  return target
}

// A caller that expects no promise is not to blame for dropping it: only what is made of it is of interest.
function dropped<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

/** A function that gives or throws something hostile, at once or later. */
export function hostileFunction(values: fc.Arbitrary<Maker>): fc.Arbitrary<() => unknown> {
  return fc
    .tuple(fc.oneof(values, thrown), fc.constantFrom('gives', 'throws', 'resolves', 'rejects'))
    .map(([make, manner]) => () => {
      switch (manner) {
        case 'gives':
          return make()
        case 'throws':
          return raise(make())
        case 'resolves':
          return dropped(Promise.resolve().then(make))
        default:
          return dropped(Promise.resolve().then(() => raise(make())))
      }
    })
}
