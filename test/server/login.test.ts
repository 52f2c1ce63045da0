import { describe, expect, it, vi } from 'vitest'
import { createApp } from '../../demo/server/app.ts'
import { demoUsers } from '../../demo/server/seed.ts'
import { createPbkdf2Hasher } from '../../demo/server/session/passwords.ts'
import { createBackend, day, expectPrivate, minute, stores } from './backend.ts'

const [demo, second] = demoUsers
const own = { 'content-type': 'application/json', 'x-silent-refresh': '1', 'sec-fetch-site': 'same-origin' }

describe.each(stores)('login with the $kind store', ({ create }) => {
  it('answers the token body and sets both cookies', async () => {
    const { browser, clock } = await createBackend(create())
    const answer = await browser().post('/auth/login', demo)
    expectPrivate(answer)
    expect(answer.status).toBe(200)
    expect(Object.keys(answer.body)).toEqual(['access_token', 'token_type', 'expires_in', 'session'])
    expect(answer.body.session.expires_at).toBe((clock.now + 30 * day) / 1000)
    const common = { path: '/', secure: true, sameSite: 'Strict' }
    expect(answer.cookies).toEqual([
      {
        name: '__Host-sr_rt',
        value: expect.stringMatching(/^[\w-]{43}$/),
        attributes: { ...common, httpOnly: true, maxAge: 7 * day },
      },
      {
        name: 'sr_hint',
        value: `${answer.body.session.id}.0.${(clock.now + 7 * day) / 1000}`,
        attributes: { ...common, httpOnly: false, maxAge: 7 * day + minute },
      },
    ])
    expect(JSON.stringify(answer.body)).not.toContain(answer.cookies[0]?.value)
  })

  it('does without Secure and the __Host- prefix on plain http', async () => {
    const { browser } = await createBackend(create())
    const { cookies } = await browser('http://localhost:3000').post('/auth/login', demo)
    expect(cookies.map(({ name, attributes }) => [name, attributes.secure])).toEqual([
      ['sr_rt', false],
      ['sr_hint', false],
    ])
  })

  it('does not mind how the email is written', async () => {
    const { browser } = await createBackend(create())
    const answer = await browser().post('/auth/login', { ...demo, email: ' Demo@Example.COM ' })
    expect(answer.status).toBe(200)
  })

  it('tells an unknown user and a wrong password by nothing', async () => {
    const { browser, events } = await createBackend(create())
    const answers = [
      await browser().post('/auth/login', { ...demo, password: 'wrong' }),
      await browser().post('/auth/login', { ...demo, email: 'nobody@example.com' }),
    ]
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 401, body: { code: 'invalid_credentials' }, cookies: [] })
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      expect(answer.headers.get('www-authenticate')).toBeNull()
      expectPrivate(answer)
    }
    expect(answers[0]?.body).toEqual(answers[1]?.body)
    expect(await events()).toEqual(['login_failed', 'login_failed'])
  })

  it('does the same work for an unknown user as for a known one', async () => {
    const { store, keys } = await createBackend(create())
    const hasher = createPbkdf2Hasher({ iterations: 1 })
    const verify = vi.spyOn(hasher, 'verify')
    const app = createApp({ store, keys, passwords: hasher })
    for (const email of [demo.email, 'nobody@example.com']) {
      const init = { method: 'POST', headers: own }
      const body = JSON.stringify({ email, password: 'wrong' })
      const request = new Request('https://app.example/auth/login', { ...init, body })
      await app.fetch(request, { get: () => undefined, set: () => undefined })
    }
    const costs = verify.mock.calls.map(([, stored]) => stored.split('$').slice(0, 3))
    expect(costs).toEqual([costs[0], costs[0]])
  })

  it('starts a new family and ends the one whose cookie it overwrites', async () => {
    const { browser } = await createBackend(create())
    const page = browser()
    const first = await page.login()
    const old = page.copy()
    const next = await page.login(second.email)
    expect(next.session.id).not.toBe(first.session.id)
    expect(next.session.sub).not.toBe(first.session.sub)
    expect(await old.refresh()).toMatchObject({ status: 401, body: { code: 'session_revoked' } })
    expect((await page.get('/api/me', next.access_token)).body).toMatchObject({ email: second.email })
  })

  it('leaves the old session alone when the password is wrong', async () => {
    const { browser } = await createBackend(create())
    const page = browser()
    await page.login()
    await page.post('/auth/login', { ...demo, password: 'wrong' })
    expect((await page.refresh()).status).toBe(200)
  })

  it.each([
    ['no body', '', 400, 'invalid_json'],
    ['half a body', '{"email":', 400, 'invalid_json'],
    ['bytes that are no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 400, 'invalid_json'],
    ['null', 'null', 400, 'invalid_request'],
    ['an array', '[]', 400, 'invalid_request'],
    ['an empty object', '{}', 400, 'invalid_request'],
    ['a number for a password', '{"email":"a","password":1}', 400, 'invalid_request'],
    ['an object for an email', '{"email":{},"password":"a"}', 400, 'invalid_request'],
    ['a huge password', JSON.stringify({ email: 'a', password: 'x'.repeat(1025) }), 400, 'invalid_request'],
    ['a prototype', '{"__proto__":{"email":"a","password":"b"}}', 400, 'invalid_request'],
    ['half a character', '{"email":"a","password":"\\ud800"}', 400, 'invalid_request'],
    ['a NUL', '{"email":"a\\u0000","password":"b"}', 400, 'invalid_request'],
    ['a huge body', `"${'x'.repeat(16 * 1024)}"`, 413, 'body_too_large'],
    ['deep nesting', '['.repeat(9000), 400, 'invalid_json'],
  ])('answers %s with a stable code', async (_case, body, status, code) => {
    const { browser } = await createBackend(create())
    const answer = await browser().send('POST', '/auth/login', { headers: own, body })
    expect(answer).toMatchObject({ status, body: { code, status }, cookies: [] })
  })

  it('stops a body without a length as soon as it is too large', async () => {
    const { app } = await createBackend(create())
    let pulled = 0
    const body = new ReadableStream({
      pull(controller) {
        pulled += 1
        controller.enqueue(new Uint8Array(1024))
      },
    })
    const init = { method: 'POST', headers: own, body, duplex: 'half' }
    const response = await app.fetch(new Request('https://app.example/auth/login', init), {
      get: () => undefined,
      set: () => undefined,
    })
    expect(response.status).toBe(413)
    expect(pulled).toBeLessThan(30)
  })
  it('takes a body that breaks off for a bad request, not for a fault of its own', async () => {
    const { app } = await createBackend(create())
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"email":'))
        controller.error(new Error('aborted'))
      },
    })
    const init = { method: 'POST', headers: own, body, duplex: 'half' }
    const response = await app.fetch(new Request('https://app.example/auth/login', init), {
      get: () => undefined,
      set: () => undefined,
    })
    expect(await response.json()).toMatchObject({ status: 400, code: 'invalid_request' })
  })
})
