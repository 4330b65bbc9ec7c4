// `npm run bench`: see README.md.
import { writeFileSync } from 'node:fs'
import { readArguments, USAGE, type Arguments } from './arguments.ts'
import { reportMarkdown } from './harness/markdown.ts'
import { barred, passes } from './harness/report.ts'
import { runBench } from './harness/run-bench.ts'
import { FULL, QUICK } from './harness/size.ts'
import { reportText } from './harness/text.ts'

const given = process.argv.slice(2)
let args: Arguments
try {
  args = readArguments(given)
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n\n${USAGE}`)
  process.exit(2)
}

const report = await runBench({
  scenarios: args.scenarios,
  size: args.quick ? QUICK : FULL,
  command: ['npm run bench', ...(given.length > 0 ? ['--', ...given] : [])].join(' '),
  // Not on standard output, where a report as JSON stands alone.
  say: (text) => process.stderr.write(text),
})
process.stdout.write(args.json ? `${JSON.stringify(report, null, 2)}\n` : `${reportText(report)}\n`)

if (report.broken.length > 0) process.exitCode = 1
else if (args.write)
  writeFileSync(new URL('../../../docs/performance.md', import.meta.url), reportMarkdown(report))
if (args.assert && !barred(report).every(passes)) process.exitCode = 1
