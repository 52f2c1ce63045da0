import { makeJwt } from '../../helpers/jwt.ts'
import type { Jar, Start } from '../visit.ts'
import { bearerOf, createTokens, inSeconds, json, type Pair } from './tokens.ts'

export const forbidden = (): Response =>
  json({ errors: [{ message: 'You are not allowed to perform this action.' }] }, 403)

const name = 'payload-token'
const user = { id: 7, email: 'alice@example.com', collection: 'customers' }

/** Payload 3 with an auth collection; `isCookieOnly` is `removeTokenFromResponses`. Its cookie is the token. */
function startPayload(isCookieOnly: boolean): Start {
  return (now) => {
    const tokens = createTokens(now, 7_200_000, (...life) => makeJwt({ ...user, ...inSeconds(...life) }))

    function grant(pair: Pair, cookies: Jar, key: string): Response {
      cookies.set(name, pair.access)
      const token = isCookieOnly ? {} : { [key]: pair.access }
      return json({ message: 'Done.', user, exp: inSeconds(pair.issuedAt, pair.end).exp, ...token })
    }

    return {
      begin: (cookies) => cookies.set(name, tokens.grant().access),
      expire: tokens.expire,
      answer(call, cookies) {
        if (call.name === 'POST /api/customers/login') return grant(tokens.grant(), cookies, 'token')
        const presented = bearerOf(call.headers, 'JWT') ?? cookies.get(name)
        const isKnown = tokens.judge(presented) === 'good'
        if (call.name === 'POST /api/customers/refresh-token') {
          return isKnown ? grant(tokens.grant(), cookies, 'refreshedToken') : forbidden()
        }
        if (call.name === 'POST /api/customers/logout') {
          if (!isKnown) return json({ errors: [{ message: 'No User' }] }, 400)
          cookies.delete(name)
          return json({ message: 'Logged out successfully.' })
        }
        return isKnown ? json({ docs: [] }) : forbidden()
      },
    }
  }
}

export const startPayloadTokens = startPayload(false)
export const startPayloadCookies = startPayload(true)
