/** What a client may say. */
export type Frame =
  | { readonly type: 'authenticate'; readonly token: string }
  | { readonly type: 'message'; readonly text: string; readonly to?: string }
  | { readonly type: 'resume'; readonly after: number }

const LONGEST_TEXT = 4000
const LONGEST_ID = 256

/** Reads the text of a frame; `undefined` for what is not one. Members that it does not know are left alone. */
export function readFrame(text: string): Frame | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  // Own members only: `JSON.parse` makes an own "__proto__", which is never asked for.
  const member = (name: string): unknown => Object.getOwnPropertyDescriptor(value, name)?.value
  const [type, token, said, to, after] = ['type', 'token', 'text', 'to', 'after'].map(member)
  if (type === 'authenticate' && typeof token === 'string') return { type, token }
  if (type === 'resume' && Number.isSafeInteger(after)) return { type, after: after as number }
  if (type !== 'message' || !isText(said, LONGEST_TEXT)) return undefined
  if (to === undefined) return { type, text: said }
  return isText(to, LONGEST_ID) ? { type, text: said, to } : undefined
}

function isText(value: unknown, longest: number): value is string {
  return (
    typeof value === 'string' && value !== '' && value.length <= longest && value.isWellFormed()
  )
}
