import { CompileError } from '../../src/index.ts'

/** What a compiler refuses with, as `code pointer`. Anything but a CompileError fails the test. */
export function compileRefusal(compile: () => unknown): string {
  try {
    return `compiled ${JSON.stringify(compile())}`
  } catch (error) {
    if (!(error instanceof CompileError)) throw error
    return `${error.code} ${error.pointer}`
  }
}
