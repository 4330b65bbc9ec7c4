// The loop in real Chromium: sign, send, verify, refresh.
import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  SOON,
  answersTo,
  ask,
  button,
  events,
  press,
  signIn,
  visit,
  type Stage,
  type Visit,
} from './stage.ts'

export function describeLoop(stage: () => Stage): void {
  describe('the support widget in Chromium', () => {
    // One visit, from one question to the next; all but the last end as Fay.
    let page: Page
    let seen: Visit
    const take: Visit['take'] = () => seen.take()
    beforeAll(async () => {
      seen = await visit(stage())
      ;({ page } = seen)
    })
    beforeEach(() => void take())

    it('answers a question, without an error in the console and from two origins alone', async () => {
      const { complaints, origins } = seen
      const answer = await ask(page, 'Why does my build fail?')
      expect(answer).toContain('Most builds fail because a variable is missing.')
      expect(answer).toContain('Why a build fails')
      expect(take()).toEqual({ statuses: [200], tokens: 0 })
      expect(complaints).toEqual([])
      const { siteUrl, gatewayUrl } = stage().example
      expect([...origins].toSorted()).toEqual([siteUrl, gatewayUrl].toSorted())
    })

    it('shows what is asked as text, and never as HTML', async () => {
      await ask(page, '<img src="/nothing" onerror="document.title = 1"> build')
      const messages = page.getByRole('log', { name: 'Messages' })
      expect(await messages.getByText('<img src=').count()).toBe(1)
      expect(await messages.locator('img').count()).toBe(0)
    })

    it('refreshes an expired token, and its user does not notice', async () => {
      expect(await press(page, 'Let the token expire')).toContain('Every branch gets a preview')
      expect(take()).toEqual({ statuses: [401, 200], tokens: 1 })
      expect(await events(page)).toEqual([
        expect.stringContaining('401 token_expired · action: refresh'),
        expect.stringContaining('token Refresh The site signed a new token'),
        expect.stringContaining('200 ok'),
      ])
      expect(await page.getByText(/^(?:1:\d\d|2:00) left$/).count()).toBe(1)
      expect(await page.getByRole('status').innerText()).toBe('Online')
    })

    it('refreshes once for five requests at a time', async () => {
      const asking = () => button(page, 'Expire, then ask five at once').click()
      const answers = await answersTo(page, asking, 5)
      expect(answers).toEqual(answers.map(() => expect.stringContaining('Sources')))
      const { statuses, tokens } = take()
      expect(tokens).toBe(1)
      expect(statuses.toSorted((one, other) => one - other)).toEqual([
        ...Array(5).fill(200),
        ...Array(5).fill(401),
      ])
    })

    it('finds no more by a tampered filter', async () => {
      const honest = await ask(page, 'How do I deploy to production?')
      const sent = page.waitForRequest((request) => request.method() === 'POST')
      expect(await press(page, 'Tamper with the filter')).toBe(honest)
      expect((await sent).postDataJSON()).toMatchObject({
        filters: { attributes: { plan: 'enterprise', env: 'prod' } },
      })
      const shown = page.getByRole('region', { name: 'Filter' })
      expect(await shown.getByText('did not count').count()).toBe(2)
      expect(await shown.getByText('plan: free').count()).toBe(2) // signed, and applied
      expect(take().statuses).toEqual([200, 200])
    })

    it('finds what the user may see, and keeps nothing of the user before', async () => {
      const question = 'How do I sign in with SAML?'
      expect(await ask(page, question)).toContain('I found nothing about that')
      await signIn(page, 'Ada')
      expect(await page.getByText('I found nothing about that').count()).toBe(0)
      expect(await ask(page, question)).toContain('Upload the metadata of your identity provider')
      // Two at once: the last one counts.
      await page.getByRole('radio', { name: /^Gus/ }).check()
      await signIn(page, 'Pia')
      expect(await ask(page, 'Is there data in a preview?')).toContain('Seed a database')
      await signIn(page, 'Fay')
    })

    it("refuses another tenant's token for good, with one request for each question", async () => {
      await button(page, 'Bring another customer’s token').click()
      await page.getByText('No access here').waitFor()
      expect(await events(page)).toEqual([
        expect.stringContaining('403 tenant_mismatch · action: stop'),
      ])
      expect(take()).toEqual({ statuses: [403], tokens: 1 }) // the token is the first of Gus
      expect(await ask(page, 'Share a dashboard')).toContain('No access here')
      expect(take()).toEqual({ statuses: [403], tokens: 0 })
      await signIn(page, 'Fay')
      expect(await ask(page, 'Why does my build fail?')).toContain('Most builds fail')
    })

    it('refuses a forged token', async () => {
      await button(page, 'Forge a token').click()
      await expect
        .poll(() => events(page), SOON)
        .toEqual([expect.stringContaining('401 token_rejected')])
      expect(take()).toEqual({ statuses: [401], tokens: 0 })
      expect(await ask(page, 'How do I sign in with SAML?')).toContain('I found nothing')
    })

    it('is healed by a refresh when the secret is rotated', async () => {
      expect(await press(page, 'Rotate the tenant’s secret')).toContain(
        'Every branch gets a preview',
      )
      expect(take()).toEqual({ statuses: [401, 200], tokens: 1 })
      expect((await events(page))[0]).toContain('401 token_rejected · action: refresh')
    })

    it('says so when nobody is signed in any more', async () => {
      await seen.context.clearCookies()
      expect(await press(page, 'Let the token expire')).toContain('You are signed out')
      expect(take()).toEqual({ statuses: [401], tokens: 1 })
      expect(await page.getByRole('status').innerText()).toBe('No access')
    })

    it('waits while the directory is cut, recovers with the same token, and gives up after five more tries', async () => {
      const { page: slow } = await visit(stage(), { hasFakeClock: true })
      take()
      const light = slow.getByRole('status')
      const restored = async (): Promise<void> => {
        await button(slow, 'Cut the tenant directory').click()
        await slow.getByText('The service cannot be asked just now. Trying again in').waitFor()
        expect(await light.innerText()).toBe('Trying again')
        expect((await events(slow))[0]).toContain('503 keys_unavailable · action: retry')
        await button(slow, 'Restore the directory').click()
        await slow.clock.fastForward(8000)
      }
      expect(await answersTo(slow, restored)).toEqual([expect.stringContaining('Every branch')])
      expect(take()).toEqual({ statuses: [503, 200], tokens: 0 })
      expect(await light.innerText()).toBe('Online')

      await button(slow, 'Cut the tenant directory').click()
      for (let tries = 1; tries <= 5; tries += 1) {
        await expect.poll(async () => (await events(slow)).length, SOON).toBe(tries)
        await slow.clock.fastForward(8000)
      }
      await slow.getByText('Still not there').waitFor()
      expect(take().statuses).toEqual(Array(6).fill(503))
      await button(slow, 'Restore the directory').click()
      expect(await ask(slow, 'Why does my build fail?')).toContain('Most builds fail')
    })
  })
}
