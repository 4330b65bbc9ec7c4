// The tour as text: 100 columns at most, and colours only on a terminal.
/** One line of the tour, and whether it came out as it should. */
export interface Line {
  readonly ok: boolean
  readonly sent: string
  readonly status: number
  readonly code: string
  readonly action: string
  /** What else there is to say, below. */
  readonly notes: readonly string[]
}

const WIDTH = { sent: 61, status: 6, code: 17, action: 7 }

export type Paint = (style: 'bold' | 'dim' | 'green' | 'red', text: string) => string

const CODES = { bold: 1, dim: 2, green: 32, red: 31 }

/** Paints on a terminal, unless NO_COLOR is set (no-color.org); leaves text as it is anywhere else. */
export function painter(stream: { readonly isTTY?: boolean }): Paint {
  const colours = stream.isTTY === true && !process.env['NO_COLOR']
  return (style, text) => (colours ? `\u001B[${CODES[style]}m${text}\u001B[0m` : text)
}

export function heading(paint: Paint, title: string, about: string): string {
  const columns = row('  ', 'what is sent', 'status', 'code', 'action')
  return `\n${paint('bold', title)}  ${about}\n\n${paint('dim', columns)}`
}

export function line(paint: Paint, { ok, sent, status, code, action, notes }: Line): string {
  const mark = ok ? paint('green', '✓ ') : paint('red', '✗ ')
  const own = row('', sent, String(status), code, action)
  return [mark + own, ...notes.map((note) => paint('dim', `     ${note}`))].join('\n')
}

function row(mark: string, sent: string, status: string, code: string, action: string): string {
  const cells = [
    sent.padEnd(WIDTH.sent),
    status.padEnd(WIDTH.status),
    code.padEnd(WIDTH.code),
    action.padEnd(WIDTH.action),
  ]
  return (mark + cells.join('  ')).trimEnd()
}
