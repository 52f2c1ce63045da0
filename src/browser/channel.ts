import type { OpenChannel } from '../session/environment.ts'

export function browserChannels(): OpenChannel | undefined {
  if (typeof BroadcastChannel !== 'function') return undefined
  return (name, listener) => {
    const channel = new BroadcastChannel(name)
    // Under Node, in tests of apps, an open channel would keep the process alive.
    ;(channel as { unref?(): void }).unref?.()
    channel.onmessage = ({ data }) => listener(data)
    return { post: (message) => channel.postMessage(message), close: () => channel.close() }
  }
}
