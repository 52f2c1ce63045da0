/** Runs a test with a property on every object's prototype, and cleans up whatever comes of it. */
export async function polluted<T>(
  properties: Record<string, unknown>,
  run: () => T | Promise<T>,
): Promise<T> {
  for (const [name, value] of Object.entries(properties)) {
    Object.defineProperty(Object.prototype, name, {
      __proto__: null,
      value,
      configurable: true,
      writable: true,
    } as PropertyDescriptor)
  }
  try {
    return await run()
  } finally {
    for (const name of Object.keys(properties)) Reflect.deleteProperty(Object.prototype, name)
  }
}
