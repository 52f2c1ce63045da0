const names = [
  'text',
  'muted',
  'line',
  'panel',
  'wash',
  'token',
  'spent',
  'refresh',
  'refresh-text',
  'sent',
  'waiting',
  'refused',
  'answered',
  'failed',
  'focus',
  'lens',
] as const

export type Palette = Readonly<Record<(typeof names)[number], string>>

/** The colours of the style sheet, for the canvases; told anew when light gives way to dark. */
export function followPalette(element: Element, listener: (palette: Palette) => void): void {
  function read(): void {
    const style = getComputedStyle(element)
    const pairs = names.map((name) => [name, style.getPropertyValue(`--tl-${name}`).trim()])
    listener(Object.fromEntries(pairs) as Palette)
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', read)
  read()
}
