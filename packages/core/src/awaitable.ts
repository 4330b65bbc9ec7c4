/** A value, or a promise of one. What is known already is not wrapped in a promise. */
export type Awaitable<T> = T | Promise<T>

/** Goes on with a value now if it is there, else when it comes. */
export function andThen<T, R>(value: Awaitable<T>, next: (value: T) => Awaitable<R>): Awaitable<R> {
  return value instanceof Promise ? value.then(next) : next(value)
}

/** A promise for any value that claims to be a thenable; the value itself otherwise. */
export function settled<T>(value: T | PromiseLike<T>): Awaitable<T> {
  const thenable =
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  return thenable ? Promise.resolve(value) : (value as T)
}

/** Lets a promise that nobody will wait for fail without ending the process. */
export function abandon(value: unknown): void {
  if (value instanceof Promise) value.catch(() => undefined)
}

/** Rejects when a promise has not settled after `ms` milliseconds, and aborts what it was waiting for. */
export async function withTimeout<T>(
  ms: number,
  work: (signal: AbortSignal) => Awaitable<T>,
): Promise<T> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  try {
    return await Promise.race([
      work(controller.signal),
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          reject(new Error('timed out'))
          controller.abort()
        }, ms)
      }),
    ])
  } finally {
    clearTimeout(timer)
  }
}
