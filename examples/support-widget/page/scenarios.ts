// The buttons: each breaks something, and asks, so that its effect can be seen.
import type { WireFilters } from '@countersign/filters'
import { press } from './demo.ts'
import { byId, el } from './dom.ts'
import { logAct } from './log.ts'
import { setClock } from './panel.ts'
import { forge } from './token.ts'

export interface Stage {
  readonly gateway: string
  readonly tenant: string
  readonly isCut: boolean
  readonly ask: (question: string, filters?: WireFilters) => Promise<void>
  readonly signIn: (userId: string) => Promise<void>
  readonly token: () => string
  readonly showResponse: (response: Response, remark: string) => Promise<void>
}

interface Scenario {
  readonly title: string
  readonly text: string
  readonly run: (stage: Stage) => Promise<void>
}

const QUESTION = 'How do I deploy to production?'
const FIVE = [
  'Why does my build fail?',
  'How long does a preview live?',
  'Can a variable be secret?',
  'When is the invoice sent?',
  'When does a receipt follow?',
]
const TOO_MUCH = { attributes: { plan: 'enterprise', env: 'prod' } }

const scenarios: readonly Scenario[] = [
  {
    title: 'Let the token expire',
    text: 'The clock jumps past exp. One 401, one refresh, and the answer: nobody notices.',
    async run({ ask }) {
      setClock((await press('expire')).now)
      await ask(QUESTION)
    },
  },
  {
    title: 'Expire, then ask five at once',
    text: 'Five requests, five refusals, and still one refresh for all of them.',
    async run({ ask }) {
      setClock((await press('expire')).now)
      await Promise.all(FIVE.map((question) => ask(question)))
    },
  },
  {
    title: 'Tamper with the filter',
    text: 'The body asks for enterprise articles about production. What was signed holds.',
    run: ({ ask }) => ask(QUESTION, TOO_MUCH),
  },
  {
    title: 'Forge a token',
    text: 'The claims say admin, the signature is the old one. 401, and no answer.',
    run: sendForged,
  },
  {
    title: 'Bring another customer’s token',
    text: 'Gus of Globex signs in. 403 and stop: one request, no storm. Sign in as Fay to go back.',
    async run({ ask, signIn }) {
      await signIn('usr_gus')
      await ask(QUESTION)
    },
  },
  {
    title: 'Rotate the tenant’s secret',
    text: 'No token of the old secret passes. A refresh heals it.',
    async run({ ask }) {
      await press('rotate')
      await ask(QUESTION)
    },
  },
]

async function sendForged({ gateway, tenant, token, showResponse }: Stage): Promise<void> {
  const forged = forge(token(), { userRoles: ['admin'], plan: 'enterprise', articles: TOO_MUCH })
  const headers = {
    authorization: `Bearer ${forged}`,
    'x-tenant-key': tenant,
    'content-type': 'application/json',
  }
  // Without the client: a forger has nobody to get a new token from.
  const body = JSON.stringify({ question: QUESTION })
  const response = await fetch(`${gateway}/v1/ask`, { method: 'POST', headers, body })
  await showResponse(response, 'A forger has nobody to get a new token from.')
}

export function showScenarios(stage: Stage): void {
  const buttons = scenarios.map(({ title, text, run }) => {
    const { item, button } = buttonOf(title, text)
    button.addEventListener('click', () => {
      logAct(title)
      void run(stage)
    })
    return item
  })
  byId('scenarios').append(...buttons, directoryButton(stage))
}

// The one that stays broken until it is pressed again.
function directoryButton({ isCut, ask }: Stage): HTMLElement {
  let cut = isCut
  const { item, button, show } = buttonOf('', '')
  function label(): void {
    button.setAttribute('aria-pressed', String(cut))
    if (cut) show('Restore the directory', 'The next try passes, with the same token.')
    else
      show(
        'Cut the tenant directory',
        '503 and retry, not a 401: the token is kept, and nobody is let in.',
      )
  }
  button.addEventListener('click', () => void toggle())
  async function toggle(): Promise<void> {
    cut = !cut
    label()
    logAct(cut ? 'Cut the tenant directory' : 'Restore the directory')
    await press(cut ? 'cut' : 'restore')
    if (cut) await ask(QUESTION)
  }
  label()
  return item
}

function buttonOf(
  title: string,
  text: string,
): { item: HTMLElement; button: HTMLButtonElement; show: (title: string, text: string) => void } {
  const [strong, span] = [el('strong', '', title), el('span', '', text)]
  const button = el('button', '', strong, span)
  button.type = 'button'
  return {
    item: el('li', '', button),
    button,
    show(newTitle, newText) {
      strong.textContent = newTitle
      span.textContent = newText
    },
  }
}
