// `npm start`: the customer's site and the gateway. `PORT` is where the site listens.

if (process.argv.length > 2) {
  console.error(
    'npm start [-- --once]   PORT=8080 is where it listens; --once is the tour of the gateway',
  )
  process.exit(2)
}
// Here, since it takes the bundler a second to load.
const { start } = await import('./start.ts')
const { siteUrl, gatewayUrl, close } = await start({ port: process.env['PORT'] ?? '8080' })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close())
console.log(`
  Open ${siteUrl}

  A support widget on a customer's site, and beside it what happens behind: its token, each refresh, and each
  verdict of the gateway (${gatewayUrl}). Buttons break something; the widget copes, or says why not.

  npm start -- --once is a tour of the gateway in the terminal. Ctrl+C ends this.
`)
