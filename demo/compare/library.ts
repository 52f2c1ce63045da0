import axios from 'axios'
import { createAxios, createSession } from 'silent-refresh'
import type { Contestant, ContestantTab } from './contestant.ts'

const headers = { 'X-Silent-Refresh': '1' }

export function enterLibrary(base: string, keepalive: boolean): Contestant {
  function load() {
    const session = createSession({
      refresh: { url: `${base}/auth/refresh`, keepalive },
      signOut: { url: `${base}/auth/logout`, keepalive },
      hintCookie: `${base.split('/').at(-1)}.sr_hint`,
    })
    const api = createAxios(session, { baseURL: `${base}/api` })
    const tab: ContestantTab = {
      get: async (path) => (await api.get(path)).data,
      signOut: () => session.signOut(),
      isSignedIn: () => session.getSnapshot().status === 'authenticated',
      close: () => session.dispose(),
    }
    return { session, tab }
  }

  return {
    async signIn(email, password) {
      const { session, tab } = load()
      await session.signIn(() => axios.post(`${base}/auth/login`, { email, password }, { headers }))
      return tab
    },
    async openTab() {
      const { session, tab } = load()
      await session.getAccessToken()
      return tab
    },
  }
}
