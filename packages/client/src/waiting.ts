/** Calls `run` once after `ms` milliseconds, and gives what prevents that. */
export type Timer = (run: () => void, ms: number) => () => void

export type Signal = AbortSignal | null | undefined

/** Who waits and would be rejected. No signal, since Node warns of one that more than ten listen to. */
export type Waiting = Set<(reason: unknown) => void>

/**
 * What the promise gives; `undefined` after `ms` milliseconds, without a limit where they are 0; or the reason of the signal
 * once it aborts, or of who empties `waiting`. What goes on behind the promise is not ended.
 */
export async function wait<T>(
  timer: Timer,
  ms: number,
  promise: Promise<T> | undefined,
  signal: Signal,
  waiting?: Waiting,
): Promise<T | undefined> {
  let end = nothing
  try {
    return await new Promise((resolve, reject) => {
      const abort = () => reject(signal!.reason as Error)
      const cancel = ms ? timer(() => resolve(undefined), ms) : nothing
      end = () => {
        cancel()
        signal?.removeEventListener('abort', abort)
        waiting?.delete(reject)
      }
      void promise?.then(resolve, reject)
      waiting?.add(reject)
      signal?.addEventListener('abort', abort)
      if (signal?.aborted) abort()
    })
  } finally {
    end()
  }
}

export const nothing = (): void => undefined
