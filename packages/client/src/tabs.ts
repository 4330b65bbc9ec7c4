import { wait, type Timer } from './waiting.ts'

/** The other tabs of this origin that share a name. A tuple, since a minifier cannot shorten other names. */
export type Tabs = readonly [
  /**
   * Runs `work` while no other tab does, where the browser can say so. Who had to wait gives the other tab's token a moment
   * to arrive, which aborts `signal`. Who waits longer than `patience` milliseconds goes ahead: a tab that hangs must not
   * keep all others from their tokens.
   */
  turn: (work: () => Promise<void>, signal: AbortSignal) => Promise<void>,
  tell: (token: string) => void,
  leave: () => void,
]

/** Milliseconds that a token may take from one tab to another. */
const DELIVERY = 250

export function joinTabs(
  share: string | false,
  hear: (token: unknown) => void,
  timer: Timer,
  patience: number,
): Tabs {
  const name = `countersign:${share}`
  const channel = share === false ? undefined : openChannel(name)
  channel?.addEventListener('message', ({ data }: MessageEvent<unknown>) => hear(data))
  channel?.unref?.() // Node: an idle channel would keep the process alive.

  async function turn(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    if (!channel) return work()
    let mine = false
    const begin = async () => {
      if (mine || signal.aborted) return
      mine = true
      await work()
    }
    try {
      const { locks } = navigator
      await locks.request(name, { ifAvailable: true }, (lock) => lock && begin())
      if (!mine) {
        const turnCame = () => wait(timer, DELIVERY, undefined, signal).then(begin)
        await wait(timer, patience, locks.request(name, turnCame), signal)
      }
    } catch {
      // No locks here, or another token came.
    }
    await begin()
  }

  return [
    turn,
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has none
    (token) => channel?.postMessage(token),
    () => channel?.close(),
  ]
}

/** `undefined` where there are no channels, or the browser refuses one to this page. */
function openChannel(name: string): (BroadcastChannel & { unref?(): void }) | undefined {
  try {
    return new BroadcastChannel(name)
  } catch {
    return undefined
  }
}
