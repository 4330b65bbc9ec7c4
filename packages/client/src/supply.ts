import type { TokenStatus } from './status.ts'
import type { TokenSource } from './token-source.ts'
import type { Signal, Timer, Waiting } from './waiting.ts'

/** What a source does for `createFetch`, and for nobody else. A tuple, since a minifier cannot shorten other names. */
export type Supply = readonly [
  /** The token to send, new where it has to be. While a refused one is held to, that one. */
  acquire: (signal: Signal) => Promise<string>,
  /**
   * Takes the last answer to a request, and what it says of the token that was sent; `renewed`: the request was sent again
   * before. Whether to send it again, with what `acquire` gives then.
   */
  judge: (
    sent: string,
    status: number,
    action: unknown,
    code: string | undefined,
    renewed: boolean,
  ) => boolean,
  /** Until when no new token is asked for, since the last one was refused; `undefined` if it is over. */
  heldUntil: () => number | undefined,
  /** Compares this clock with the header `Date` of an answer that came just now. */
  learnTime: (date: string | null) => void,
  publish: (status: TokenStatus) => void,
  /** Whom the source rejects when it is closed. */
  waiting: Waiting,
  timer: Timer,
  random: () => number,
]

export const supplies: WeakMap<TokenSource, Supply> = new WeakMap<TokenSource, Supply>()
