// The page's way to the site it comes from: its session, its tokens, and what the buttons change.
export interface DemoUser {
  readonly id: string
  readonly name: string
  readonly plan: string
  readonly roles: readonly string[]
  readonly tenantId: string
}

export interface DemoState {
  readonly users: readonly DemoUser[]
  readonly userId: string
  /** The clock of site and gateway: milliseconds since the epoch. */
  readonly now: number
  readonly isCut: boolean
}

export async function readState(): Promise<DemoState> {
  const response = await fetch('/demo/state')
  return (await response.json()) as DemoState
}

/** Presses a button of the demonstration: `expire`, `rotate`, `cut`, `restore`, or a user's id. */
export async function press(action: string): Promise<DemoState> {
  const response = await fetch(`/demo/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  return (await response.json()) as DemoState
}

/** As in the widget's documentation: the session's cookie goes along, and a token comes back. */
export async function fetchToken(): Promise<string> {
  const response = await fetch('/api/support/token', { method: 'POST', credentials: 'include' })
  if (!response.ok) throw new Error(`no token: ${response.status}`)
  const { token } = (await response.json()) as { token: string }
  return token
}
