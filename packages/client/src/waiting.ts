/** Calls `run` once after `ms` milliseconds, and gives what prevents that. */
export type Timer = (run: () => void, ms: number) => () => void

export type Signal = AbortSignal | null | undefined

/**
 * What the promise gives; `undefined` after `ms` milliseconds, without a limit where they are 0; or the reason of the first
 * signal that aborts. What goes on behind the promise is not ended.
 */
export async function wait<T>(
  timer: Timer,
  ms: number,
  promise: Promise<T> | undefined,
  ...signals: Signal[]
): Promise<T | undefined> {
  const done = new AbortController()
  let cancel = nothing
  try {
    return await new Promise((resolve, reject) => {
      void promise?.then(resolve, reject)
      for (const signal of signals) {
        const abort = () => reject(signal!.reason as Error)
        if (signal?.aborted) abort()
        signal?.addEventListener('abort', abort, done)
      }
      if (ms) cancel = timer(() => resolve(undefined), ms)
    })
  } finally {
    done.abort()
    cancel()
  }
}

export const nothing = (): void => undefined
