// What a customer's user sees.
import { appendTo, byId, el } from './dom.ts'

export interface Found {
  readonly title: string
  readonly body: string
  readonly attributes: { readonly plan: string; readonly env: string | readonly string[] }
}

/** The place of an answer that is on its way. */
export interface Pending {
  readonly answer: (found: readonly Found[]) => void
  readonly wait: (text: string) => void
  readonly fail: (title: string, text: string) => void
}

/** Begins a chat anew: nothing of the user before is left. */
export function beginChat(name: string): void {
  const hello = `Hi ${name}. Ask about deploys, builds, databases or billing. Answers come from the articles that you may see.`
  byId('messages').replaceChildren(bubble('bot', el('p', '', hello)))
}

export function addQuestion(question: string): Pending {
  const body = el('div', 'bubble', dots())
  const answer = el('article', 'message bot', el('span', 'hidden', 'Relay support:'), body)
  appendTo(byId('messages'), bubble('user', el('p', '', question)), answer)
  const show = (...children: readonly Node[]): void => {
    body.classList.remove('is-waiting', 'is-failed')
    body.replaceChildren(...children)
    const messages = byId('messages')
    messages.scrollTop = messages.scrollHeight
  }
  return {
    answer: (found) => show(...answerOf(found)),
    wait(text) {
      show(el('p', '', text), dots())
      body.classList.add('is-waiting')
    },
    fail(title, text) {
      show(el('p', 'title', title), el('p', '', text))
      body.classList.add('is-failed')
    },
  }
}

function answerOf(found: readonly Found[]): readonly Node[] {
  const [best] = found
  if (best === undefined)
    return [el('p', '', 'I found nothing about that in the articles that you may see.')]
  const sources = found.map(({ title, attributes: { plan } }) =>
    el('li', '', title, el('span', `plan ${plan}`, plan)),
  )
  return [
    el('p', '', best.body),
    el('p', 'sources-title', 'Sources'),
    el('ul', 'sources', ...sources),
  ]
}

function bubble(from: 'user' | 'bot', ...children: readonly Node[]): HTMLElement {
  const who = el('span', 'hidden', from === 'user' ? 'You:' : 'Relay support:')
  return el('article', `message ${from}`, who, el('div', 'bubble', ...children))
}

function dots(): HTMLElement {
  const element = el('span', 'dots', el('i', ''), el('i', ''), el('i', ''))
  element.setAttribute('role', 'img')
  element.setAttribute('aria-label', 'The answer is on its way')
  return element
}
