// For the demonstration only: what the buttons of the page change. The site and the gateway are handed a clock, a signer and
// a directory, as everywhere, and know nothing of this.
import { memoryDirectory, type TenantDirectory } from '@countersign/core'
import {
  createSecret,
  createSigner,
  type Signer,
  type SupportWidgetClaims,
} from '@countersign/signer'
import { claimsOf, type User } from './customers.ts'

/** Seconds that a token lives. An hour outside of a demonstration, where nobody wants to watch it expire. */
export const LIFETIME = 120

export interface World {
  /** The one clock of both servers: milliseconds since the epoch. */
  readonly now: () => number
  readonly advance: (seconds: number) => void
  /** Where the gateway looks its tenants up. */
  readonly tenants: TenantDirectory
  /** Whether the directory is out of reach. */
  isCut: boolean
  /** Signs with the secret of the user's tenant. A site of its own has one tenant, and a plain signer. */
  readonly signer: Signer<User>
  /** Gives a tenant a new secret, with no time in which both are good. */
  readonly rotate: (tenantId: string) => void
}

/** `newSecret`: where secrets come from, for tests that look for them. */
export function createWorld(newSecret: () => string = createSecret): World {
  let ahead = 0
  const now = (): number => Date.now() + ahead
  const directory = memoryDirectory()
  const signers = new Map<string, Signer<SupportWidgetClaims>>()

  function rotate(tenantId: string): void {
    const secret = newSecret()
    directory.set({ id: tenantId, keys: [{ alg: 'HS256', secret }] })
    signers.set(
      tenantId,
      createSigner({ profile: 'support-widget', tenantId, secret, expiresIn: LIFETIME, now }),
    )
  }
  rotate('ten_acme')
  rotate('ten_globex')

  const world: World = {
    now,
    advance: (seconds) => void (ahead += seconds * 1000),
    isCut: false,
    tenants: {
      find(id) {
        if (world.isCut) throw new Error('the directory is cut')
        return directory.find(id)
      },
    },
    signer: {
      profile: 'support-widget',
      expiresIn: LIFETIME,
      async sign(user, options) {
        const signer = signers.get(user.tenantId)
        if (signer === undefined) throw new Error('no such tenant')
        return signer.sign(claimsOf(user), options)
      },
    },
    rotate,
  }
  return world
}
