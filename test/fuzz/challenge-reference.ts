// RFC 9110 sections 5.6 and 11.6.1, word by word and without regard to speed, to compare the fast reader with.

export interface Challenge {
  readonly scheme: string
  readonly parameters: ReadonlyMap<string, string>
  /** What stands in the place of parameters; empty if nothing does. */
  readonly token68: string
}

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const credentials = /^[A-Za-z0-9._~+/-]+=*$/

/** The elements of a list; a comma inside of quotes is part of its element. Undefined if the quotes do not end. */
function elementsOf(header: string): string[] | undefined {
  const elements: string[] = []
  let element = ''
  let isQuoted = false
  for (let at = 0; at < header.length; at++) {
    const letter = header.charAt(at)
    if (isQuoted && letter === '\\') element += letter + header.charAt(++at)
    else if (letter === ',' && !isQuoted) {
      elements.push(element)
      element = ''
    } else {
      if (letter === '"') isQuoted = !isQuoted
      element += letter
    }
  }
  elements.push(element)
  return isQuoted ? undefined : elements.map(trim).filter((each) => each !== '')
}

const trim = (text: string) => text.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '')

/** `name = value`, the value quoted or not. */
function parameterOf(text: string): [name: string, value: string] | undefined {
  const at = text.indexOf('=')
  const name = trim(text.slice(0, at))
  const value = trim(text.slice(at + 1))
  if (at < 0 || !token.test(name)) return undefined
  if (token.test(value)) return [name.toLowerCase(), value]
  return isQuotedText(value) ? [name.toLowerCase(), unquote(value)] : undefined
}

function isQuotedText(value: string): boolean {
  if (value.length < 2 || !value.startsWith('"')) return false
  for (let at = 1; at < value.length; at++) {
    if (value.charAt(at) === '\\') at++
    else if (value.charAt(at) === '"') return at === value.length - 1
  }
  return false
}

function unquote(value: string): string {
  let plain = ''
  for (let at = 1; at < value.length - 1; at++) {
    if (value.charAt(at) === '\\') at++
    plain += value.charAt(at)
  }
  return plain
}

/** Undefined if the header is not what the RFC allows. */
export function readReference(header: string): Challenge[] | undefined {
  const challenges: { scheme: string; parameters: Map<string, string>; token68: string }[] = []
  for (const element of elementsOf(header) ?? ['"']) {
    const parameter = parameterOf(element)
    const last = challenges.at(-1)
    if (parameter) {
      // One without a scheme before it, or after a token68, or a second time: not allowed.
      if (!last || last.token68 || last.parameters.has(parameter[0])) return undefined
      last.parameters.set(...parameter)
      continue
    }
    const end = element.search(/[ \t]/)
    const scheme = end < 0 ? element : element.slice(0, end)
    const rest = end < 0 ? '' : trim(element.slice(end))
    if (!token.test(scheme)) return undefined
    const first = parameterOf(rest)
    if (rest !== '' && !first && !credentials.test(rest)) return undefined
    const parameters = new Map(first ? [first] : [])
    challenges.push({ scheme: scheme.toLowerCase(), parameters, token68: first ? '' : rest })
  }
  return challenges.length > 0 ? challenges : undefined
}
