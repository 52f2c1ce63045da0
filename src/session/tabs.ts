import type { AccessToken } from './access-token.ts'
import type { Channel, Clock, OpenChannel, SharedStorage } from './environment.ts'
import type { EndReason } from './errors.ts'
import { ownProperty } from './own-property.ts'
import { pause } from './pause.ts'
import { packToken } from './shared-token.ts'
import { beginning, isLater, type Stamp } from './stamp.ts'
import { type Heard, type News, readNews, readTabMessage } from './tab-message.ts'

/** The other tabs of this browser that have the same session. */
export interface Tabs {
  /** Tells the others how the session stands here, and writes it down, without the token, for who comes later. */
  tell(stamp: Stamp, end: EndReason | undefined, token: AccessToken | null): void
  /** Tells the others that a refresh has failed. */
  tellFailure(message: string, retryAfter: number | undefined): void
  /**
   * Asks the others for their token, and waits a moment for it, or until the signal says that it is there. Returns at
   * once if nobody is there who could have one; `isCertain` says that somebody is.
   */
  meet(signal: AbortSignal, isCertain?: boolean): Promise<void>
  /** What has been written down last. */
  latest(): News | undefined
  /** A stamp for a login that comes after all that are known. */
  nextLogin(held: Stamp): Stamp
  /** The page goes, or comes back from the back/forward cache. An open channel would keep it out of there. */
  leave(): void
  enter(): void
}

export interface TabsParts {
  readonly openChannel: OpenChannel | undefined
  readonly storage: SharedStorage | undefined
  readonly clock: Clock
  readonly createId: () => string
  /** What the names of channel and keys begin with. */
  readonly scope: string
  /** This tab's own name. */
  readonly id: string
  readonly shareToken: boolean
  /** What this tab has for others who ask. */
  readonly held: () => { stamp: Stamp; token: AccessToken } | undefined
  readonly random: () => number
  readonly listener: (message: Heard) => void
}

/** Whoever brought the token answers at once. The others wait a moment whether it is still there: one answer is enough. */
const shyness = 20

/** Tabs answer within 15 ms, on a loaded machine within 100 (measured). */
const patience = 200

export function createTabs(parts: TabsParts): Tabs {
  const { openChannel, storage, clock, createId, scope, id, shareToken, held, random, listener } = parts
  const recordKey = `${scope}:session`
  const presencePrefix = `${scope}:tab:`
  let channel: Channel | undefined
  let stopWatching: (() => void) | undefined
  let stopAnswer: (() => void) | undefined
  /** What this tab was the first to tell. */
  let own: Stamp | undefined

  function readRecord(): unknown {
    try {
      return JSON.parse(storage?.read(recordKey) ?? 'null')
    } catch {
      return undefined
    }
  }

  const latest = () => readNews(readRecord())

  /** The tabs that said that they are there. One that crashed has not taken that back. */
  const others = () =>
    storage?.keys().filter((key) => key.startsWith(presencePrefix) && key !== presencePrefix + id)

  /** Where nobody can be asked for a token, nobody has to know who is there. */
  const showPresence = () => openChannel && shareToken && storage?.write(presencePrefix + id, '')

  /** Whether it is worth asking: is anybody there, with a token that lives? */
  function isAnybodyHome(): boolean {
    if (!storage) return true
    const record = readRecord()
    if (others()?.length === 0 || !record || ownProperty(record, 'end') !== undefined) return false
    const expiresAt = ownProperty(record, 'expiresAt')
    return !(typeof expiresAt === 'number' && expiresAt <= clock.now().wall)
  }

  function hear(data: unknown): void {
    const message = readTabMessage(data)
    if (!message) return
    // Whoever asks takes all others for gone until they show themselves.
    showPresence()
    if (message.type === 'hello') {
      stopAnswer?.()
      const isFirst = own !== undefined && own === held()?.stamp
      if (isFirst) answer()
      else stopAnswer = clock.startTimer(answer, shyness * (1 + random()))
    } else {
      if (message.type === 'session') stopAnswer?.()
      listener(message)
    }
  }

  function answer(): void {
    const known = held()
    if (known) post(known.stamp, undefined, known.token)
  }

  function post(stamp: Stamp, end: EndReason | undefined, token: AccessToken | null): void {
    const shared = token && shareToken ? packToken(token, clock.now()) : undefined
    channel?.post({ type: 'session', stamp, end, token: shared })
  }

  return {
    tell(stamp, end, token) {
      own = stamp
      const known = latest()
      if (!known || !isLater(known.stamp, stamp)) {
        storage?.write(recordKey, JSON.stringify({ stamp, end, expiresAt: token?.expiresAt.wall }))
      }
      post(stamp, end, token)
    },
    tellFailure(message, retryAfter) {
      channel?.post({ type: 'failed', message, retryAfter })
    },
    async meet(signal, isCertain = false) {
      if (!channel || !shareToken) return
      const isWorthIt = isCertain || isAnybodyHome()
      // Crashed tabs cannot take back that they are there; those that live say it again at the next word they hear.
      for (const key of others() ?? []) storage?.remove(key)
      if (!isWorthIt) return
      channel.post({ type: 'hello' })
      await pause(clock, patience, signal)
    },
    latest,
    nextLogin(held) {
      const known = latest()?.stamp ?? beginning
      // The wall clock puts tabs in order that have not heard of each other.
      const turn = Math.max(Math.floor(clock.now().wall), held.turn + 1, known.turn + 1)
      return { turn, login: createId(), gen: 0 }
    },
    leave() {
      stopAnswer?.()
      channel?.close()
      channel = undefined
      stopWatching?.()
      stopWatching = undefined
      storage?.remove(presencePrefix + id)
    },
    enter() {
      showPresence()
      channel ??= openChannel?.(scope, hear)
      // Without channels the storage has to tell; it tells everything but the token.
      if (channel) return
      stopWatching ??= storage?.subscribe((key) => {
        const news = key === recordKey ? latest() : undefined
        if (news) listener(news)
      })
    },
  }
}
