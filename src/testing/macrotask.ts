/**
 * Lets the host go once round: tasks, timers and I/O that are ready get their turn. By a message, because fake timers
 * leave those alone; through a channel of its own, because Node hands out what one channel sends back and forth without
 * going round.
 */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}

const enough = 5

/** Lets all that is ready to run do so, and what follows from it; goes on for as long as `isAwaited` says so. */
export async function settle(isAwaited: () => boolean): Promise<void> {
  for (let quiet = 0; quiet < enough; quiet = isAwaited() ? 0 : quiet + 1) await macrotask()
}
