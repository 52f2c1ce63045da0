import type { OpenChannel } from '../session/environment.ts'

export function browserChannels(): OpenChannel | undefined {
  if (typeof BroadcastChannel !== 'function') return undefined
  return (name, listener) => {
    const channel = new BroadcastChannel(name)
    channel.onmessage = ({ data }) => listener(data)
    return { post: (message) => channel.postMessage(message), close: () => channel.close() }
  }
}
