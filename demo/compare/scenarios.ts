import type { Faults } from '../host/faults.ts'

export interface Scenario {
  name: string
  /** How it stands in the list. */
  title: string
  /** What it is in real life. */
  story: string
  tabs: 1 | 2
  /** Of all tabs together. */
  calls: number
  /** How the backend behaves, from the moment the token has expired. */
  faults?: Partial<Faults>
  /** The second call's 401 arrives after the first has been answered with the new token. */
  isLate?: boolean
  /** The user signs out while the refresh is under way. */
  signsOut?: boolean
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'expired',
    title: '20 calls with an expired token',
    story: 'A page that shows many things at once, after lunch. This is what the snippet was written for.',
    tabs: 1,
    calls: 20,
  },
  {
    name: 'late',
    title: 'Two calls; one 401 comes after the refresh',
    story: 'One endpoint is slower than the other. The token it refused is not the one held by now.',
    tabs: 1,
    calls: 2,
    isLate: true,
  },
  {
    name: 'tabs',
    title: 'Two tabs, 10 calls each, at once',
    story:
      'The server forgives that a refresh token comes twice. Both tabs run in this page, apart from each other.',
    tabs: 2,
    calls: 20,
  },
  {
    name: 'strict',
    title: 'Two tabs, and a server that forgives nothing',
    story: 'A refresh token that comes twice is theft to it, as OWASP ASVS 10.4.5 has it.',
    tabs: 2,
    calls: 20,
    faults: { strict: true },
  },
  {
    name: 'unavailable',
    title: 'The refresh answers 503, once',
    story: 'The auth service is being deployed.',
    tabs: 1,
    calls: 20,
    faults: { refresh: 'unavailable', refreshTimes: 1 },
  },
  {
    name: 'lost',
    title: 'The answer of the refresh is lost, once',
    story: 'A train enters a tunnel: the server has rotated the cookie, and the browser does not know.',
    tabs: 1,
    calls: 20,
    faults: { refresh: 'lost', refreshTimes: 1 },
  },
  {
    name: 'portal',
    title: 'A hotel Wi-Fi answers the refresh',
    story:
      'With status 200 and its own web page, each time. No call can be answered; the question is how often it asks.',
    tabs: 1,
    calls: 5,
    faults: { refresh: 'portal' },
  },
  {
    name: 'sign-out',
    title: 'Sign-out during a refresh',
    story: 'The call under way is given up, rightly. Nobody must be signed in afterwards.',
    tabs: 1,
    calls: 1,
    signsOut: true,
  },
]
