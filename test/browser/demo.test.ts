import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { serveDemo } from '../../demo/host/serve.ts'
import { buildDemo, drive, expire, openAnew, openDemo, signIn, untilReady } from './demo-page.ts'
import { describeEngines } from './engines/describe-engines.ts'

const builtPage = buildDemo()

for (const hosting of ['page', 'server'] as const) {
  describeEngines(`the demo with its backend in the ${hosting}`, (browser) => {
    const open = openDemo(browser, hosting, builtPage)

    beforeEach(() => openAnew(open()))

    it('says where its backend is, and has nothing to complain about in normal use', async () => {
      const demo = open()
      const { tab } = demo
      const before = tab.consoleErrors().length
      const note = await tab.evaluate(() => {
        const notes = [...document.querySelectorAll<HTMLElement>('header [data-hosting]')]
        return notes.filter((one) => !one.hidden).map((one) => one.textContent)
      })
      expect(note.join()).toContain(hosting === 'page' ? 'only simulated' : 'no script can read')
      await signIn(demo)
      await demo.press('axios-20')
      await demo.press('fetch-20')
      await demo.shows('count-answered', '40')
      await tab.reload()
      await demo.shows('who', 'Alice')
      await demo.press('sign-out')
      await demo.shows('status', 'unauthenticated')
      await demo.shows('log', 'its cookie is gone')
      expect(tab.consoleErrors().slice(before)).toEqual([])
      expect(await demo.read('problem')).toBe('')
    })

    it('answers 20 calls after the token has expired, with one refresh and no 401 for a caller', async () => {
      const demo = open()
      await signIn(demo)
      await demo.press('axios-20')
      await demo.shows('count-answered', '20')
      expect(await demo.counts()).toMatchObject({ refreshes: 0, sent: 0, retried: 0 })
      await expire(demo)
      await demo.press('fetch-20')
      await demo.shows('log', '20 calls with fetch: 20 answered')
      await demo.shows('count-refreshes', '1')
      const { sent = 0, ...counts } = await demo.counts()
      expect(counts).toEqual({ answered: 40, seen: 0, failed: 0, refreshes: 1, retried: sent })
      expect(sent).toBeGreaterThan(0)
    })

    it('keeps the session while the refresh endpoint is broken, and recovers', async () => {
      const demo = open()
      await signIn(demo)
      for (const fault of ['broken', 'unavailable', 'portal', 'cut', 'lost']) {
        await demo.press('clear')
        await demo.choose('refresh-answer', fault)
        await demo.shows('log', 'The refresh endpoint now')
        await expire(demo)
        await demo.press('refresh')
        await demo.shows('log', 'No new token')
        expect(await demo.read('status')).toBe('authenticated')
        await demo.choose('refresh-answer', 'normal')
        await demo.shows('log', 'The refresh endpoint now works')
        await demo.press('refresh')
        await demo.shows('reason', 'all is well')
        await demo.press('fetch-20')
        await demo.shows('log', '20 calls with fetch: 20 answered')
      }
      expect(await demo.read('status')).toBe('authenticated')
    })

    it('keeps the session over a reload, and shows no token and stores none', async () => {
      const demo = open()
      await signIn(demo)
      await demo.tab.reload()
      await demo.shows('who', 'Alice')
      await demo.press('axios-20')
      await demo.shows('count-answered', '20')
      const seen = await demo.tab.evaluate(() => ({
        page: document.documentElement.outerHTML,
        stored: JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
        cookies: document.cookie,
      }))
      // Two parts of a JWT; three letters alone turn up in random ids.
      expect(seen.page + seen.stored + seen.cookies).not.toMatch(/eyJ[\w-]+\.eyJ/)
      expect(seen.cookies).not.toContain('sr_rt')
    })

    it('stays signed out when signed out during a refresh', async () => {
      const demo = open()
      await signIn(demo)
      await demo.press('sign-out-refreshing')
      await demo.shows('status', 'unauthenticated')
      await demo.shows('log', 'its cookie is gone')
      await demo.tab.reload()
      await demo.shows('status', 'unauthenticated')
      expect(await demo.read('who')).toBe('nobody')
    })

    it('ends the session when the server does, and not for a wrong password', async () => {
      const demo = open()
      await demo.press('sign-in-bob')
      await demo.shows('who', 'Bob')
      await demo.press('sign-in-wrong')
      await demo.shows('log', 'wrong password. Who was signed in before still is.')
      expect(await demo.read('who')).toContain('Bob')
      await demo.press('sign-out-everywhere')
      await demo.shows('log', 'ended all sessions')
      await demo.press('axios-1')
      await demo.shows('status', 'unauthenticated')
      expect(await demo.read('reason')).toContain('refused')
    })
  })
}

describeEngines('the built demo on a static host', (browser) => {
  it('works in a folder, whatever else the host has', async () => {
    const root = await mkdtemp(join(tmpdir(), 'silent-refresh-demo-'))
    onTestFinished(() => rm(root, { recursive: true, force: true }))
    await cp(builtPage(), join(root, 'some', 'folder'), { recursive: true })
    const host = await serveDemo(root, 0)
    onTestFinished(() => host.close())
    const demo = drive(await browser.newTab())
    await demo.tab.goto(`${host.url}/some/folder/`)
    await untilReady(demo)
    await signIn(demo)
    await expire(demo)
    await demo.press('axios-20')
    await demo.shows('log', '20 calls with axios: 20 answered')
    await demo.tab.reload()
    await demo.shows('who', 'Alice')
  })
})

describe('the built demo', () => {
  it('loads nothing from elsewhere and runs no inline script', async () => {
    const html = await readFile(join(builtPage(), 'index.html'), 'utf8')
    expect(html).toContain("script-src 'self'; style-src 'self'")
    expect(html).not.toMatch(/(?:src|href)="(?!\.\/)|<script(?![^>]*\ssrc=)|\sstyle=/)
  })
})
