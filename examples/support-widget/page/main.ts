// The customer's page: it starts the widget for whoever is signed in, and shows what happens.
import type { TokenStatus } from '@countersign/client'
import { beginChat } from './chat.ts'
import { fetchToken, press, readState, type DemoState, type DemoUser } from './demo.ts'
import { byId, el } from './dom.ts'
import { logAct, logRefresh, logVerdict } from './log.ts'
import { setClock, showFilter, showToken, time } from './panel.ts'
import { showScenarios } from './scenarios.ts'
import { claimsOf } from './token.ts'
import { AISupportWidget, type Widget } from './widget.ts'

const gateway = document.body.dataset['gateway'] ?? ''
const TENANT = 'ten_acme' // the page is Acme's, whoever signs in
const SUGGESTIONS = [
  'How do I deploy to production?',
  'Is there data in a preview?',
  'How do I sign in with SAML?',
]

let token = ''
let widget: Widget | undefined
let ready: Promise<Widget>
let turns = 0

/** Starts the widget anew, for the user of the session. Questions wait until it is there. */
async function signedIn(state: DemoState): Promise<void> {
  widget?.destroy()
  widget = undefined
  turns += 1
  ready = begin(state, turns)
  await ready
}

async function begin({ users, userId, now }: DemoState, turn: number): Promise<Widget> {
  const user = users.find(({ id }) => id === userId)
  if (user === undefined) throw new Error('nobody is signed in')
  setClock(now)
  showUsers(users, userId)
  beginChat(user.name)
  const first = await fetchToken()
  if (turn !== turns) return ready // the next has signed in already
  takeToken(first)
  logAct(`${user.name} is signed in: a first token, until ${time(claimsOf(token).exp)}`)
  showStatus({ state: 'idle' })
  widget = AISupportWidget.init({
    tenantKey: TENANT,
    jwt: token,
    gateway,
    onTokenRefresh: () => refresh(userId),
    onStatus: showStatus,
    onResponse: showResponse,
    onAnswer: (asked, applied) => showFilter(claimsOf(token).articles, { asked, applied }),
    onToken(shared) {
      takeToken(shared)
      logRefresh('Another tab has got a new token.', 'tab')
    },
  })
  return widget
}

async function refresh(userId: string): Promise<string> {
  const fresh = await fetchToken()
  // The session is one for all tabs. Somebody else's token must not go on with this chat.
  if (claimsOf(fresh).userId !== userId) {
    void readState().then(signedIn)
    throw new Error('somebody else is signed in by now')
  }
  takeToken(fresh)
  logRefresh(`The site signed a new token, until ${time(claimsOf(fresh).exp)}.`, 'site')
  return fresh
}

function takeToken(taken: string): void {
  token = taken
  showToken(claimsOf(token))
}

const LIGHTS: Partial<Record<TokenStatus['state'], readonly [string, string]>> = {
  refreshing: ['refreshing', 'Online'], // nothing that a user has to know
  retrying: ['waiting', 'Trying again'],
  stopped: ['stopped', 'No access'],
  failed: ['stopped', 'No access'],
  offline: ['stopped', 'Offline'],
}

function showStatus({ state }: TokenStatus): void {
  const [look, text] = LIGHTS[state] ?? ['', 'Online']
  const light = byId('light')
  light.className = `light ${look}`
  if (light.textContent !== text) light.textContent = text
  if (state === 'failed') logRefresh('There is no new token.', 'failed')
  if (state === 'offline') logAct('The gateway was not reached.')
}

const NOTES: Readonly<Record<string, string>> = {
  refresh: 'The widget gets one new token, and asks once more.',
  retry: 'The token is not at fault: the same again, a little later.',
  stop: 'The widget does not send this again.',
}

async function showResponse(response: Response, remark?: string): Promise<void> {
  const date = response.headers.get('date')
  if (date !== null) setClock(Date.parse(date))
  const {
    code = 'ok',
    action = '',
    found,
  } = (await response.json()) as {
    code?: string
    action?: string
    found?: readonly unknown[]
  }
  const articles = found?.length === 1 ? '1 article' : `${found?.length ?? 0} articles`
  const note = remark ?? NOTES[action] ?? `${articles} found.`
  logVerdict({ status: response.status, code, action, note })
}

function showUsers(users: readonly DemoUser[], userId: string): void {
  const list = byId('users')
  if (list.querySelector('input') === null) list.append(...users.map((user) => userChoice(user)))
  for (const input of list.querySelectorAll('input')) input.checked = input.value === userId
}

function userChoice({ id, name, plan, roles, tenantId }: DemoUser): HTMLElement {
  const input = el('input', '')
  Object.assign(input, { type: 'radio', name: 'user', value: id })
  input.addEventListener('change', () => void signIn(id))
  const what = tenantId === TENANT ? [plan, ...roles].join(', ') : 'another customer'
  return el('label', '', input, name, el('small', '', what))
}

async function signIn(id: string): Promise<void> {
  await signedIn(await press(id))
}

const ask: Widget['ask'] = async (...args) => (await ready).ask(...args)

function askByHand(question: string): void {
  logAct(`Question: ${question}`)
  void ask(question)
}

byId('suggestions').append(
  ...SUGGESTIONS.map((question) => {
    const button = el('button', '', question)
    button.type = 'button'
    button.addEventListener('click', () => askByHand(question))
    return el('li', '', button)
  }),
)
byId('composer').addEventListener('submit', (event) => {
  event.preventDefault()
  const input = byId<HTMLInputElement>('question')
  const question = input.value.trim()
  if (question === '') return
  input.value = ''
  askByHand(question)
})

addEventListener('unhandledrejection', () => logAct('The site did not answer. Is it running?'))

const state = await readState()
await signedIn(state)
showScenarios({
  gateway,
  tenant: TENANT,
  isCut: state.isCut,
  ask,
  signIn,
  token: () => token,
  showResponse,
})
