/** Says to the page what a browser says when its network comes or goes: the rest of a simulated connection. */
export function simulateNetwork(isOffline: boolean): void {
  if (navigator.onLine === !isOffline) return
  if (isOffline) Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => false })
  // The browser's own word counts again.
  else Reflect.deleteProperty(navigator, 'onLine')
  window.dispatchEvent(new Event(isOffline ? 'offline' : 'online'))
}
