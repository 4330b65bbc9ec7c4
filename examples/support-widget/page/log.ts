// What happened, in the order in which it did.
import { appendTo, byId, el } from './dom.ts'

export interface Verdict {
  readonly status: number
  readonly code: string
  readonly action: string
  /** What else is to be said. */
  readonly note: string
}

// Whatever takes room from the list, its end stays in sight.
new ResizeObserver(() => (byId('log').scrollTop = byId('log').scrollHeight)).observe(byId('log'))

const counts = { requests: 0, refreshes: 0 }
const MOST = 200

/** A button was pressed, or somebody else is signed in. */
export function logAct(text: string): void {
  add(el('li', 'act', text))
}

export function logRefresh(text: string, from: 'site' | 'tab' | 'failed'): void {
  if (from === 'site') counts.refreshes += 1
  const tone = from === 'failed' ? 'bad' : 'refresh'
  const label = from === 'failed' ? 'failed' : from === 'tab' ? 'tab' : 'token'
  add(entry(tone, label, 'Refresh', text))
  latest(`Refresh: ${text}`)
}

export function logVerdict({ status, code, action, note }: Verdict): void {
  counts.requests += 1
  const tone =
    status === 200 ? 'good' : status === 401 ? 'refresh' : action === 'retry' ? 'wait' : 'bad'
  const title = [code, ...(action === '' ? [] : [`action: ${action}`])].join(' · ')
  add(entry(tone, String(status), title, note))
  latest(`${status} ${title}`)
}

function entry(tone: string, label: string, title: string, note: string): HTMLElement {
  return el(
    'li',
    `entry ${tone}`,
    el('span', 'badge', label),
    el('span', 'what', el('strong', '', title), el('span', 'note', note)),
  )
}

function add(item: HTMLElement): void {
  const log = byId('log')
  appendTo(log, item)
  if (log.children.length > MOST) log.firstElementChild?.remove()
  const { requests, refreshes } = counts
  byId('counts').textContent =
    `${requests} ${requests === 1 ? 'request' : 'requests'} · ${refreshes} ${refreshes === 1 ? 'refresh' : 'refreshes'}`
}

// On a phone the list is far below; this is its last line.
function latest(text: string): void {
  byId('latest').textContent = text
}
