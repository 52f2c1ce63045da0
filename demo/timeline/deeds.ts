import type { Recording } from './recording.ts'

const own = '.timeline'
const untold = ['copy', 'clear']
const longest = 34

/** Writes down what the visitor does with the page's buttons, so that causes stand beside their effects. */
export function recordDeeds(recording: Recording, urge: () => void): void {
  document.addEventListener(
    'click',
    ({ target }) => {
      const button = target instanceof Element && target.closest<HTMLElement>('[data-action]')
      const action = button ? button.dataset.action : undefined
      if (button && action && !untold.includes(action)) tell(action, labelOf(button))
    },
    { capture: true },
  )
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLElement) || target.closest(own)) return
    if (target instanceof HTMLSelectElement) tell('choose', target.selectedOptions[0]?.text ?? target.value)
    else if (target instanceof HTMLInputElement && target.type === 'checkbox') {
      tell('check', `${target.labels?.[0]?.textContent?.trim()}${target.checked ? '' : ': no longer'}`)
    }
  })

  function tell(action: string, words: string): void {
    const text = words.replace(/\s+/g, ' ').trim()
    recording.add({
      type: 'deed',
      action,
      text: text.length > longest ? `${text.slice(0, longest - 1)}…` : text,
    })
    urge()
  }
}

function labelOf(button: HTMLElement): string {
  const { action, user, count } = button.dataset
  if (action === 'sign-in') return `sign in ${user}`
  if (action === 'fire') return count === '1' ? '1 call' : `${count} calls`
  if (action === 'expire') return 'expire'
  return button.getAttribute('aria-label') ?? button.textContent ?? ''
}
