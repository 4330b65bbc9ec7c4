// A comment in the language of the file.
const MARK = /^ *(?:\/\/|#) #(region (\S+)|endregion)$/

/**
 * A part of a source file, as a page shows it: what stands between `#region name` and its `#endregion`, without the
 * indentation that all of it shares. Regions may stand inside others. Several of the same name are joined by an empty
 * line; without a name it is the whole file.
 */
export function regionOf(source: string, name: string | undefined): string {
  if (name === undefined) return source.trimEnd()
  const open: string[] = []
  const parts: string[][] = []
  for (const line of source.split('\n')) {
    const mark = MARK.exec(line)
    if (mark === null) {
      if (open.includes(name)) parts.at(-1)?.push(line)
    } else if (mark[2] === undefined) open.pop()
    else {
      open.push(mark[2])
      if (mark[2] === name) parts.push([])
    }
  }
  if (parts.length === 0) throw new Error(`there is no region ${name}`)
  return parts.map(dedent).join('\n\n')
}

function dedent(lines: readonly string[]): string {
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/))
  const shared = Math.min(...indents)
  return lines.map((line) => line.slice(shared)).join('\n')
}
