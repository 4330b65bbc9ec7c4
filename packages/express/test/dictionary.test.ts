import { once } from 'node:events'
import { createServer, IncomingMessage } from 'node:http'
import { Socket, type AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInThisContext } from 'node:vm'
import { supportWidget } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { keepAsDictionary } from '../src/dictionary.ts'
import { countersign } from '../src/index.ts'

// V8's own word for it. The flag stays on: without it this could not be compiled again.
setFlagsFromString('--allow-natives-syntax')
const hasShape = runInThisContext('(object) => %HasFastProperties(object)') as (
  object: object,
) => boolean
const sharesShapes = Number.parseInt(process.versions.v8, 10) >= 13

const message = (): IncomingMessage => new IncomingMessage(new Socket())

function ofExpress(): IncomingMessage {
  const request = message()
  Object.setPrototypeOf(request, Object.create(IncomingMessage.prototype) as object)
  return request
}

describe('a request of Express', () => {
  it('becomes a dictionary where V8 shares no shapes, with the members that it had', () => {
    const request = ofExpress()
    const before = Object.getOwnPropertyDescriptors(request)
    expect(hasShape(request)).toBe(true)
    keepAsDictionary(request)
    expect(hasShape(request)).toBe(sharesShapes)
    expect(Object.getOwnPropertyDescriptors(request)).toEqual(before)
    expect(new Set(Reflect.ownKeys(request))).toEqual(new Set(Reflect.ownKeys(before)))
  })

  it.each([Object.freeze, Object.seal, Object.preventExtensions])(
    'stays as it is where no member could be put back: %o',
    (shut) => {
      const request = ofExpress()
      shut(request)
      const before = Object.getOwnPropertyDescriptors(request)
      keepAsDictionary(request)
      expect(Object.getOwnPropertyDescriptors(request)).toEqual(before)
    },
  )

  it('keeps an accessor, and is not told anything by one', () => {
    const request = ofExpress()
    const member = {
      configurable: true,
      enumerable: false,
      get: () => expect.fail('read'),
      set: () => expect.fail('written'),
    }
    Object.defineProperty(request, 'statusMessage', member)
    keepAsDictionary(request)
    expect(Object.getOwnPropertyDescriptor(request, 'statusMessage')).toEqual(member)
  })

  it('of one that inherits from it gets no members', () => {
    const heir = Object.create(ofExpress()) as IncomingMessage
    keepAsDictionary(heir)
    expect(Reflect.ownKeys(heir)).toEqual([])
  })
})

it('of Node’s own keeps its shape, which all of them share', () => {
  const request = message()
  keepAsDictionary(request)
  expect(hasShape(request)).toBe(true)
})

it.each(['auth', 'beforeBody', 'unbound'] as const)(
  'is done by what meets a request first: %s',
  async (entry) => {
    const key = { alg: 'HS256', secret: 'a-secret-of-forty-bytes-for-these-tests' } as const
    const auth = countersign({
      profile: supportWidget({ issuer: 'https://a.example', audience: 'a' }),
      tenants: [{ id: 'ten_acme', keys: [key] }],
    })
    const seen: boolean[] = []
    const server = createServer((req, res) => {
      Object.setPrototypeOf(req, Object.create(IncomingMessage.prototype) as object)
      seen.push(hasShape(req))
      void (entry === 'auth' ? auth : auth[entry])(req, res, () => expect.fail('let in'))
      seen.push(hasShape(req))
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(401)
    server.close()
    expect(seen).toEqual([true, sharesShapes])
  },
)
