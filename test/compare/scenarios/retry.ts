import type { Arena } from '../arena.ts'
import { call, callTogether } from '../arena.ts'
import type { Hit } from '../front.ts'
import { areAllAnswered, type Scenario, tell } from '../scenario.ts'

const group = 'The retry'

/** What the server has understood of a body, whatever the boundary between its parts is called. */
async function read({ body, contentType = '' }: Hit): Promise<string> {
  if (!contentType.startsWith('multipart/')) return `${contentType}: ${body.toString('base64')}`
  const form = await new Response(body, { headers: { 'content-type': contentType } }).formData()
  const parts = [...form].map(async ([name, value]) =>
    typeof value === 'string'
      ? [name, value]
      : [name, value.name, Buffer.from(await value.arrayBuffer()).toString('base64')],
  )
  return JSON.stringify(await Promise.all(parts))
}

const kinds = ['json', 'form', 'blob', 'params'] as const

/** The bodies that have arrived, by the kind that the query names. */
async function accepted(hits: readonly Hit[]): Promise<Map<string, string>> {
  const done = hits.filter(({ status }) => status === 200)
  return new Map(await Promise.all(done.map(async (hit) => [hit.query, await read(hit)] as const)))
}

async function compareBodies({ first, front, server }: Arena) {
  const specs = kinds.map((body) => ({ path: `/echo?${body}`, method: 'POST', body }) as const)
  const plainly = await call(first, specs)
  const plain = await accepted(front.hits)
  front.forget()
  server.control.expireTokens()
  const outcomes = await callTogether(first, front, specs)
  const retried = await accepted(front.hits)
  const differing = kinds.filter((kind) => !plain.has(kind) || plain.get(kind) !== retried.get(kind))
  return { differing, outcomes: [...plainly, ...outcomes] }
}

export const retry: readonly Scenario[] = [
  {
    name: 'bodies',
    title: 'JSON, FormData, Blob and URLSearchParams arrive the same by a retry',
    group,
    async play(arena) {
      const { differing, outcomes } = await compareBodies(arena)
      return {
        passed: differing.length === 0 && areAllAnswered(outcomes),
        figure: tell(outcomes, undefined, differing.length > 0 && `not the same: ${differing.join(', ')}`),
      }
    },
  },
  {
    name: 'transform',
    title: 'so does what an own `transformRequest` (axios) has made',
    group,
    async play({ first, front, server }) {
      server.control.expireTokens()
      const outcomes = await call(first, [{ path: '/echo', isTransformed: true }])
      const body = front.hits.findLast(({ status }) => status === 200)?.body.toString() ?? ''
      const isRight = body === '{"text":"grüße","list":[1,2,3]}'
      return {
        passed: isRight && areAllAnswered(outcomes),
        figure: tell(outcomes, undefined, body !== '' && !isRight && `arrived as ${body.slice(0, 30)}…`),
      }
    },
  },
  {
    name: 'hooks',
    title: 'interceptors or hooks of the user run once per call',
    group,
    async play({ first, server }) {
      await first.evaluate(() => contest.addHooks())
      server.control.expireTokens()
      const outcomes = await call(first, [{ path: '/items?n=1' }])
      const { request, response } = await first.evaluate(() => contest.hooks())
      return {
        passed: areAllAnswered(outcomes) && request === 1 && response === 1,
        figure: tell(outcomes, undefined, `request ${request} ×, response ${response} ×`),
      }
    },
  },
  {
    name: 'empty',
    title: 'an empty answer (204) by a retry reaches the caller',
    group,
    async play({ first, front, server }) {
      server.control.expireTokens()
      const outcomes = await call(first, [{ path: '/empty', method: 'DELETE' }])
      const data = outcomes[0]?.data
      return {
        passed: areAllAnswered(outcomes) && (data === null || data === ''),
        figure: tell(outcomes, front.refreshes()),
      }
    },
  },
]
