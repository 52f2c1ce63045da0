import { byName, write } from './elements.ts'

/** How an entry is marked; its words say the same. */
export type Tone = 'plain' | 'good' | 'bad'

export interface Log {
  /** `aloud` entries are read out: what the user asked for, and what concerns them. */
  add(text: string, tone?: Tone, aloud?: boolean): void
  clear(): void
  text(): string
}

const longest = 200

export function createLog(): Log {
  const list = byName('log')
  const lines: string[] = []

  return {
    add(text, tone = 'plain', aloud = true) {
      const time = new Date().toLocaleTimeString([], { hour12: false })
      const entry = document.createElement('li')
      entry.className = tone
      const stamp = document.createElement('time')
      stamp.textContent = time
      entry.append(stamp, text)
      list.prepend(entry)
      lines.unshift(`${time}  ${text}`)
      if (lines.length > longest) {
        lines.pop()
        list.lastElementChild?.remove()
      }
      if (aloud) write('latest', text)
    },
    clear() {
      list.replaceChildren()
      lines.length = 0
      write('latest', '')
    },
    text: () => lines.join('\n'),
  }
}
