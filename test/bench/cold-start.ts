import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { quantile } from './rounds.ts'

const built = (entry: string) => new URL(`../../dist/${entry}.js`, import.meta.url).href

// As much of a page as a session asks for.
const page = `
  const target = { addEventListener() {}, removeEventListener() {} }
  const document = { ...target, baseURI: 'https://app.test/', cookie: '', visibilityState: 'visible' }
  const location = new URL('https://app.test/')
  Object.assign(globalThis, { document, location, ...target })
  globalThis.window = globalThis.top = globalThis
  let report
  const sent = new Promise((resolve) => { report = resolve })
  const fetch = async () => { report(); return new Response('{}') }
  const adapter = async (config) => { report(); return { data: '', status: 200, headers: {}, config } }
`

const session = `
  const session = createSession({ refresh: '/auth/refresh' })
  await session.signIn({ access_token: 'token', expires_in: 3600 })
`

const starts: Record<string, string> = {
  'axios alone': `
    const { default: axios } = await import('axios')
    axios.create({ adapter, baseURL: '/api' }).get('/me', { headers: { Authorization: 'Bearer token' } })
  `,
  'silent-refresh, with axios': `
    const { createSession, createAxios } = await import('${built('index')}')
    ${session}
    createAxios(session, { adapter, baseURL: '/api' }).get('/me')
  `,
  'silent-refresh/fetch': `
    const { createSession, createFetch } = await import('${built('fetch')}')
    ${session}
    createFetch(session, { fetch })('/api/me')
  `,
}

/** Milliseconds from the import until the first request is sent, in a process of its own. */
function start(code: string): number {
  const script = `${page}
    const begin = performance.now()
    ${code}
    await sent
    process.stdout.write(String(performance.now() - begin), () => process.exit())
  `
  return Number(
    execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' }),
  )
}

export interface ColdStart {
  readonly name: string
  readonly milliseconds: number
  /** To axios alone: the median of the rounds', and their quartiles. */
  readonly ratio: number
  readonly low: number
  readonly high: number
}

export function measureColdStart(rounds = 15): ColdStart[] {
  if (!existsSync(new URL(built('index')))) throw new Error('There is no dist/; run `npm run build` first.')
  const entries = Object.entries(starts)
  const times = entries.map((): number[] => [])
  for (const [, code] of entries) start(code)
  for (let turn = 0; turn < rounds; turn++) {
    for (let place = 0; place < entries.length; place++) {
      const index = (turn + place) % entries.length
      times[index]?.push(start(entries[index]?.[1] ?? ''))
    }
  }
  return entries.map(([name], index) => {
    const own = times[index] ?? []
    const ratios = own.map((value, turn) => value / (times[0]?.[turn] ?? NaN))
    const [low, ratio, high] = [0.25, 0.5, 0.75].map((share) => Number(quantile(ratios, share).toFixed(3)))
    return {
      name,
      milliseconds: Number(quantile(own, 0.5).toFixed(2)),
      ratio: ratio ?? NaN,
      low: low ?? NaN,
      high: high ?? NaN,
    }
  })
}
