import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Another process of the bench, which answers one question at a time. */
export interface PeerProcess {
  /** @throws Error with what the other side threw, or when it ended instead of answering */
  ask(question: object): Promise<unknown>
  /** Makes it stand still, until `go`: not on Windows. */
  stop(): void
  go(): void
  /** Ends it. */
  close(): void
}

type Reply = { readonly value: unknown } | { readonly error: string }

/** Starts a module of this package in a process of its own. `flags` are Node's. */
export function startProcess(module: URL, flags: readonly string[] = []): PeerProcess {
  const child = fork(fileURLToPath(module), {
    serialization: 'advanced',
    execArgv: [...process.execArgv, ...flags],
    env: { ...process.env, NODE_ENV: 'production' },
    // Its standard output would end up in the middle of ours.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        const settle = (): void => {
          child.off('message', onMessage).off('exit', onExit).off('error', onError)
        }
        const onMessage = (message: unknown): void => {
          settle()
          const reply = message as Reply
          if ('error' in reply) reject(new Error(reply.error))
          else resolve(reply.value)
        }
        const onExit = (code: number | null): void => {
          settle()
          reject(new Error(`a process of the bench ended with ${code ?? 'a signal'}`))
        }
        const onError = (error: Error): void => {
          settle()
          reject(error)
        }
        child.on('message', onMessage).on('exit', onExit).on('error', onError)
        child.send(question)
      }),
    stop: () => void child.kill('SIGSTOP'),
    go: () => void child.kill('SIGCONT'),
    close() {
      if (child.connected) child.disconnect()
    },
  }
}

/** The other side: answers each question that the parent asks, and ends with it. */
export function answerQuestions(answer: (question: unknown) => Promise<unknown>): void {
  const reply = (message: Reply): void => void process.send?.(message)
  process.on('message', (question) => {
    answer(question).then(
      (value) => reply({ value }),
      (error: unknown) => reply({ error: error instanceof Error ? String(error.stack) : 'failed' }),
    )
  })
  process.on('disconnect', () => process.exit())
}
