// What the side panel shows of the token and of the filter.
import type { WireFilters } from '@countersign/filters'
import { clausesOf } from './clauses.ts'
import { byId, el } from './dom.ts'
import type { TokenClaims } from './token.ts'

/** How far the clock of the demonstration is ahead of this browser's: milliseconds. */
let ahead = 0
let shown: TokenClaims | undefined

export function setClock(now: number): void {
  // The Date header has whole seconds.
  if (Math.abs(now - Date.now() - ahead) > 1500) ahead = now - Date.now()
  showLife()
}

export function showToken(claims: TokenClaims): void {
  shown = claims
  const { tenantId, userId, userRoles, plan, articles, iat, exp } = claims
  const rows = [
    ['tenantId', tenantId],
    ['userId', userId],
    ['userRoles', userRoles.join(', ')],
    ['plan', plan],
    ['iat', time(iat)],
    ['exp', time(exp)],
  ] as const
  byId('claims').replaceChildren(
    ...rows.map(([name, value]) => el('div', '', el('dt', '', name), el('dd', '', value))),
  )
  showFilter(articles)
  showLife()
}

/** The signed filter; and of a request, what its body asked for and what the gateway applied. */
export function showFilter(
  signed: WireFilters,
  request?: { readonly asked: WireFilters | undefined; readonly applied: WireFilters | undefined },
): void {
  const applied = request?.applied && clausesOf(request.applied)
  const asked = clausesOf(request?.asked).map((text) => {
    if (applied === undefined || applied.includes(text)) return el('code', '', text)
    return el('code', 'gone', el('s', '', text), el('i', '', ' did not count'))
  })
  const codes = (texts: readonly string[]): readonly Node[] =>
    texts.map((text) => el('code', '', text))
  const nothing = (text: string): readonly Node[] => [el('span', 'nothing', text)]
  const rows = [
    ['Signed in the token', codes(clausesOf(signed))],
    ['Asked for by the body', asked.length > 0 ? asked : nothing('nothing beyond that')],
    ['Applied by the gateway', applied === undefined ? nothing('no answer yet') : codes(applied)],
  ] as const
  byId('filters').replaceChildren(
    ...rows.map(([name, values]) => el('div', '', el('dt', '', name), el('dd', '', ...values))),
  )
}

function showLife(): void {
  if (shown === undefined) return
  const { iat, exp } = shown
  const left = Math.max(0, Math.ceil(exp - (Date.now() + ahead) / 1000))
  const text =
    left === 0 ? 'expired' : `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')} left`
  byId('left').textContent = text
  byId('left').classList.toggle('is-over', left === 0)
  byId<HTMLProgressElement>('life').value = left / (exp - iat)
}
setInterval(showLife, 500)

/** A moment of the demonstration's clock. */
export function time(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB')
}
