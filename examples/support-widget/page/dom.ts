/** An element that the page has. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`no element #${id}`)
  return element as T
}

/** A new element. Texts stay texts: nothing that is shown is ever read as HTML. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: readonly (string | Node)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  if (className !== '') element.className = className
  element.append(...children)
  return element
}

/** Shows the end of a list that grows, unless the reader has scrolled away from it. */
export function appendTo(list: HTMLElement, ...children: readonly Node[]): void {
  const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80
  list.append(...children)
  if (isAtEnd) list.scrollTop = list.scrollHeight
}
