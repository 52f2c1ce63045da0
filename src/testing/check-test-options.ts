type Rules = Readonly<Record<string, readonly [accepts: (value: unknown) => boolean, wants: string]>>

export const isDuration = (value: unknown): boolean =>
  typeof value === 'number' && value >= 0 && value < Infinity

/** Throws a `TypeError` that names the first option that cannot work. */
export function checkTestOptions(options: object, rules: Rules): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError('silent-refresh: option "options" must be an object.')
  for (const [key, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined
    if (!rule)
      throw new TypeError(
        `silent-refresh: there is no option "${key}". The options are: ${Object.keys(rules).join(', ')}.`,
      )
    if (value !== undefined && !rule[0](value))
      throw new TypeError(`silent-refresh: option "${key}" must be ${rule[1]}.`)
  }
}

/** Throws a `TypeError` that names what is no duration. */
export function checkDuration(name: string, value: unknown): void {
  if (!isDuration(value))
    throw new TypeError(`silent-refresh: "${name}" must be a number of milliseconds, 0 or more.`)
}
