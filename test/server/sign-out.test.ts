import { describe, expect, it } from 'vitest'
import { createSite } from './app-with.ts'
import { minute, stores } from './backend.ts'

describe.each(stores)('a sign-out with the $kind store', ({ create }) => {
  it('is told once, however often it comes', async () => {
    const { visitor, clock, events } = await createSite(create())
    const page = visitor()
    await page.login()
    clock.advance(minute)
    const copies = Array.from({ length: 3 }, () => page.copy())
    for (const copy of copies) expect((await copy.post('/auth/logout')).status).toBe(204)
    expect(await events()).toEqual(['login_succeeded', 'logout'])
  })
})
