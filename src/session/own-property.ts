/** Reads a property only if the object itself has it, so that a polluted `Object.prototype` decides nothing. */
export function ownProperty(object: unknown, key: string): unknown {
  return typeof object === 'object' && object !== null && Object.hasOwn(object, key)
    ? (object as Record<string, unknown>)[key]
    : undefined
}

/** Follows a dotted path (`data.access_token`) through own properties. */
export function ownPath(object: unknown, path: string): unknown {
  return path.split('.').reduce(ownProperty, object)
}
