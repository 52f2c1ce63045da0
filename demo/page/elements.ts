/** The element of the page that goes by this name; there is one, or the page and its scripts do not match. */
export function byName<Kind extends HTMLElement = HTMLElement>(name: string): Kind {
  const element = document.querySelector<Kind>(`[data-testid="${name}"]`)
  if (!element) throw new Error(`there is no "${name}" on the page`)
  return element
}

/** Writes only what is new: screen readers and selections are left in peace. */
export function write(name: string, text: string): void {
  const element = byName(name)
  if (element.textContent !== text) element.textContent = text
}
