import type { Clock, Page, SharedStorage } from './environment.ts'
import { ownProperty } from './own-property.ts'
import { pause } from './pause.ts'

/**
 * What a tab notes down while a call of its own may write the refresh cookie. The lock ends with the page, the call does
 * not: whoever holds the lock next may find that a call of a page that is gone is still on its way.
 */
export interface CookieNote {
  /** Whether the call of another may still be under way. */
  isBusy(): boolean
  /** Notes down that a call begins, and gives it a number above `gen` and above that of any call noted down. */
  begin(gen: number): Noted
  /** From now on, what this tab has noted down is taken for that of a page that is gone. */
  disown(): void
  /** Waits for the call of a page that is gone, as long as there is hope and nobody says that it is pointless. */
  afterOrphan(signal: AbortSignal): Promise<void>
  /** What is noted down: differs from call to call. */
  present(): string | undefined
  /** How long to wait for who has noted that down before taking it for stopped; undefined if nothing is noted down. */
  patience(): number | undefined
  /** Remembers that an answer need not change the readable cookie: a young one may be kept, or it never changes. */
  distrustHint(): void
}

export interface Noted {
  readonly gen: number
  /** Whether it still stands there. Otherwise another tab has begun a call since, whatever the lock says. */
  isThere(): boolean
  end(): void
}

export interface CookieNoteParts {
  readonly storage: SharedStorage | undefined
  readonly key: string
  readonly clock: Clock
  readonly page: Page
  /** The readable companion of the refresh cookie: it changes with it. */
  readonly hintCookie: string
  readonly createId: () => string
  /** No answer is waited for longer, in milliseconds. */
  readonly timeout: number
}

/** How long a call that has outlived its page is given where the cookie cannot be watched, and a tab to say it is done. */
const patience = 3000
const look = 100

export function createCookieNote(parts: CookieNoteParts): CookieNote {
  const { storage, key, clock, page, hintCookie, createId, timeout } = parts
  const hint = () => page.readCookie(hintCookie)
  let id = createId()
  const distrustKey = `${key}:hint-may-stay`

  function read() {
    try {
      const note: unknown = JSON.parse(storage?.read(key) ?? 'null')
      const at = ownProperty(note, 'at')
      const gen = ownProperty(note, 'gen')
      if (typeof at !== 'number' || !Number.isSafeInteger(gen)) return undefined
      // From the future: the clock has been set back since, and how long ago it was is not known.
      const age = Math.max(0, clock.now().wall - at)
      return { by: ownProperty(note, 'by'), age, gen: gen as number, hint: ownProperty(note, 'hint') }
    } catch {
      return undefined
    }
  }

  return {
    begin(known) {
      const gen = 1 + Math.max(known, read()?.gen ?? 0)
      const note = JSON.stringify({ by: id, at: clock.now().wall, gen, hint: hint() })
      storage?.write(key, note)
      const isThere = () => storage?.read(key) === note
      // A storage that keeps nothing tells nothing.
      const isKept = isThere()
      return {
        gen,
        isThere: () => !isKept || isThere(),
        end() {
          if (isThere()) storage?.remove(key)
        },
      }
    },
    disown() {
      id = createId()
    },
    isBusy: () => (read()?.age ?? Infinity) < timeout,
    async afterOrphan(signal) {
      const found = read()
      if (!found || found.by === id) return
      const isBlind = found.hint === undefined || storage?.read(distrustKey) !== undefined
      const longest = isBlind ? patience : timeout
      for (let left = longest - found.age; left > 0; left -= look) {
        if (signal.aborted || found.hint !== hint()) return
        await pause(clock, look, signal)
        // Not gone after all: its call has ended, and it said so.
        if (read()?.by !== found.by) return
      }
    },
    distrustHint: () => storage?.write(distrustKey, ''),
    patience() {
      const found = read()
      const hasLanded = found?.hint !== undefined && found.hint !== hint()
      return found && (hasLanded ? patience : timeout + patience)
    },
    present: () => storage?.read(key),
  }
}
