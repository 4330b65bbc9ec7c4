// Reads the service's own members of a body. `filters`, `userAttributes` and the integration were bound before.
import { bodyInvalid } from './problems.ts'

export type Body = Readonly<Record<string, unknown>>

const TEXT = 'A text of 1 to 1000 characters.'

export function readText(value: unknown, pointer: string): string {
  const fits =
    typeof value === 'string' &&
    value.trim() !== '' &&
    value.length <= 1000 &&
    // Postgres has no U+0000 in a text, and UTF-8 no half of a pair.
    !value.includes('\0') &&
    value.isWellFormed()
  if (!fits) throw bodyInvalid(pointer, TEXT)
  return value
}

export function readLimit(value: unknown, pointer: string): number {
  if (value === undefined) return 10
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 50)
    throw bodyInvalid(pointer, 'A whole number from 1 to 50.')
  return value
}

export function readFlag(value: unknown, pointer: string): boolean {
  if (value === undefined || value === null) return false
  if (typeof value !== 'boolean') throw bodyInvalid(pointer, 'A boolean.')
  return value
}

export function readObject(value: unknown, pointer: string): Body {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw bodyInvalid(pointer, 'An object.')
  return value as Body
}

/** What the last message of the user says. The messages around it would be context for a model. */
export function readQuestion(messages: unknown, pointer: string): string {
  if (!Array.isArray(messages) || messages.length === 0 || messages.length > 200)
    throw bodyInvalid(pointer, 'A list of 1 to 200 messages.')
  const read = messages.map((message, index) => readObject(message, `${pointer}/${index}`))
  const last = read.findLastIndex(({ role }) => role === 'user')
  if (last < 0) throw bodyInvalid(pointer, 'One message at least must be of the role "user".')
  return readContent(read[last], `${pointer}/${last}`)
}

/** The content of a message: a text, or a list of text parts. */
export function readContent(message: unknown, pointer: string): string {
  const { content } = readObject(message, pointer)
  return readText(Array.isArray(content) ? joinParts(content) : content, `${pointer}/content`)
}

function joinParts(parts: readonly unknown[]): unknown {
  const texts = parts.map((part) => (part as { text?: unknown } | null)?.text)
  return texts.every((text) => typeof text === 'string') ? texts.join('\n') : undefined
}
