// A real browser, and the example in it.
import { existsSync } from 'node:fs'
import { createSecret } from '@countersign/signer'
import {
  chromium,
  type Browser,
  type BrowserContext,
  type Locator,
  type Page,
} from 'playwright-core'
import { expect } from 'vitest'
import { start, type Example } from '../src/start.ts'

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** Whether there is a browser to test with. */
export const hasChromium: boolean = existsSync(executablePath)
if (!hasChromium)
  process.stderr.write(
    `support-widget: no Chromium at ${executablePath}, so nothing is tried in it\n`,
  )

export interface Stage {
  readonly example: Example
  /** Absent where there is no Chromium. */
  readonly browser: Browser | undefined
  /** How the gateway answered, in that order. Preflights are left out. */
  readonly statuses: number[]
  /** Every secret that was made. */
  readonly secrets: readonly string[]
}

/** Starts the example, and a browser where there is one. */
export async function openStage(): Promise<Stage> {
  const statuses: number[] = []
  const secrets: string[] = []
  const [example, browser] = await Promise.all([
    start({
      port: '0',
      newSecret() {
        secrets.push(createSecret())
        return secrets.at(-1) as string
      },
      before: (listener) => (req, res) => {
        if (req.method !== 'OPTIONS') res.once('finish', () => void statuses.push(res.statusCode))
        listener(req, res)
      },
    }),
    hasChromium ? chromium.launch({ executablePath, args: ARGS }) : undefined,
  ])
  return { example, browser, statuses, secrets }
}

const ARGS = [
  '--no-sandbox', // which root cannot have
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A visitor: a browser without cookies, with the page open. */
export interface Visit {
  readonly context: BrowserContext
  readonly page: Page
  /** What the gateway answered, and how many tokens the site was asked for, since this was last called. */
  readonly take: () => { readonly statuses: readonly number[]; readonly tokens: number }
  /** Errors and warnings of the console, and whatever was thrown. */
  readonly complaints: readonly string[]
  /** Whom the browser asked anything. */
  readonly origins: ReadonlySet<string>
}

export async function visit(
  { example, browser, statuses }: Stage,
  { hasFakeClock = false, bypassCSP = false } = {},
): Promise<Visit> {
  if (browser === undefined) throw new Error('no browser')
  const viewport = { width: 1280, height: 800 }
  const context = await browser.newContext({ viewport, bypassCSP, reducedMotion: 'reduce' })
  const origins = new Set<string>()
  let tokens = 0
  context.on('request', (request) => {
    origins.add(new URL(request.url()).origin)
    if (request.url().endsWith('/api/support/token')) tokens += 1
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => void complaints.push(error.message))
  if (hasFakeClock) await page.clock.install()
  await open(page, example)
  const take: Visit['take'] = () => {
    const taken = { statuses: statuses.splice(0), tokens }
    tokens = 0
    return taken
  }
  return { context, page, take, complaints, origins }
}

export async function open(page: Page, { siteUrl }: Example): Promise<void> {
  await page.goto(siteUrl)
  await button(page, 'Cut the tenant directory').waitFor()
}

/** A busy machine takes its time. */
export const SOON = { timeout: 30_000 } as const

const messages = (page: Page): Locator =>
  page.getByRole('log', { name: 'Messages' }).getByRole('article')

/** Does something that asks, and gives the answers once they are there: one, or as many as are asked for. */
export async function answersTo(page: Page, act: () => Promise<void>, many = 1): Promise<string[]> {
  const before = await messages(page).count()
  await act()
  await expect.poll(() => messages(page).count(), SOON).toBe(before + 2 * many)
  await expect.poll(() => messages(page).locator('.dots').count(), SOON).toBe(0)
  const texts = await messages(page).allInnerTexts()
  return texts.slice(before).filter((_, index) => index % 2 === 1)
}

/** Types a question, and gives the answer. */
export async function ask(page: Page, question: string): Promise<string> {
  const [answer = ''] = await answersTo(page, async () => {
    await page.getByRole('textbox', { name: 'Your question' }).fill(question)
    await page.getByRole('button', { name: 'Send' }).click()
  })
  return answer
}

/** Presses a button of the demonstration, and gives the answer to what it asks. */
export async function press(page: Page, title: string): Promise<string> {
  const [answer = ''] = await answersTo(page, () => button(page, title).click())
  return answer
}

export const button = (page: Page, name: string): Locator =>
  page.getByRole('button', { name }).first()

export async function signIn(page: Page, name: string): Promise<void> {
  await page.getByRole('radio', { name: new RegExp(`^${name}`) }).check()
  await page.getByText(`Hi ${name}.`).waitFor()
}

/** The lines of the list, since a button was last pressed. */
export async function events(page: Page): Promise<readonly string[]> {
  const list = page.getByRole('list', { name: 'What happened' }).getByRole('listitem')
  const lines = (await list.allInnerTexts()).map((line) => line.replaceAll(/\s+/g, ' ').trim())
  return lines.slice(
    lines.findLastIndex((line) => !/^(?:\d{3}|token|tab|failed|—) /.test(line)) + 1,
  )
}
