// What the page is without a mouse, without seeing it, in the dark, and in two tabs.
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { SOON, ask, button, events, open, press, signIn, visit, type Stage } from './stage.ts'

const axe = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'))

/** What axe-core calls serious or worse, of the page as it is now. */
async function faultsOf(page: Page): Promise<readonly string[]> {
  return page.evaluate(`axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations
    .filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))`)
}

export function describeAccess(stage: () => Stage): void {
  describe('the page in Chromium', () => {
    it('has no serious fault for axe-core, light and dark, and fits a phone', async () => {
      // The page allows itself no foreign script, so the policy has to make way for axe.
      const { page } = await visit(stage(), { bypassCSP: true })
      await page.addScriptTag({ path: axe })
      async function look(): Promise<void> {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme })
          expect({ colorScheme, faults: await faultsOf(page) }).toEqual({ colorScheme, faults: [] })
        }
      }
      await press(page, 'Let the token expire')
      await press(page, 'Tamper with the filter')
      await look()
      await button(page, 'Cut the tenant directory').click()
      await page.getByText('Trying again in').waitFor()
      await button(page, 'Restore the directory').focus()
      await look()
      await button(page, 'Restore the directory').click()
      await page.setViewportSize({ width: 320, height: 700 })
      await button(page, 'Bring another customer’s token').click()
      await page.getByText('No access here').waitFor()
      await look()
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)

      await page.evaluate(`document.querySelector('.send').textContent = ''`)
      expect(await faultsOf(page)).toEqual([expect.stringContaining('button-name')])
    })

    it('is used with the keyboard alone', async () => {
      const { page } = await visit(stage())
      const key = (name: string): Promise<void> => page.keyboard.press(name)
      const focused = (): Promise<string> =>
        page.evaluate(`(() => { const { activeElement: it } = document
        return it.id || it.value || (it.querySelector('strong') ?? it).textContent })()`)
      const stops: string[] = []
      for (let tabs = 0; tabs < 15; tabs += 1) {
        await key('Tab')
        stops.push(await focused())
      }
      expect(stops.slice(0, 8)).toEqual([
        'usr_fay',
        'messages',
        'How do I deploy to production?',
        'Is there data in a preview?',
        'How do I sign in with SAML?',
        'question',
        'Send',
        'Let the token expire',
      ])
      expect(stops.at(-2)).toBe('Cut the tenant directory')
      expect(stops.at(-1)).toBe('log')

      await page.getByRole('textbox').focus()
      await page.keyboard.type('Why does my build fail?')
      await key('Enter')
      await page.getByText('Most builds fail because').waitFor()
      expect(await focused()).toBe('question')
      await key('Tab')
      await key('Tab')
      await key('Space')
      await page.getByText('token_expired · action: refresh', { exact: true }).waitFor()
      await page.getByRole('radio', { checked: true }).focus()
      await key('ArrowRight')
      await page.getByText('Hi Pia.').waitFor()
      expect(await focused()).toBe('usr_pia')
    })

    it('shares one refresh among two tabs', async () => {
      const { page, context, take } = await visit(stage())
      const other = await context.newPage()
      await open(other, stage().example)
      take()
      await press(page, 'Let the token expire')
      await expect
        .poll(() => events(other), SOON)
        .toEqual([expect.stringContaining('Another tab has got')])
      expect(await ask(other, 'Why does my build fail?')).toContain('Most builds fail')
      expect(take()).toEqual({ statuses: [401, 200, 200], tokens: 1 })
    })

    it('goes on as whoever has signed in in another tab, and with nothing of the user before', async () => {
      const { page, context, take } = await visit(stage())
      await ask(page, 'How do I sign in with SAML?')
      const other = await context.newPage()
      await open(other, stage().example)
      await signIn(other, 'Ada')
      take()
      await button(page, 'Let the token expire').click()
      await page.getByText('Hi Ada.').waitFor()
      expect(await page.getByRole('radio', { name: /^Ada/ }).isChecked()).toBe(true)
      expect(await page.getByText('I found nothing').count()).toBe(0)
      expect(take().statuses).toEqual([401]) // Ada's token was not sent for Fay's question
    })
  })
}
