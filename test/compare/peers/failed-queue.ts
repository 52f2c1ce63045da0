import { loadSnippet } from '../../../demo/compare/snippet.ts'
import { makeAxiosApp } from '../axios-app.ts'
import { enter } from '../page.ts'

let tell = () => {}
const { api, signIn, signOut, isSignedIn } = loadSnippet('', () => tell())

enter({
  ...makeAxiosApp(api),
  start({ onSignedOut }) {
    tell = onSignedOut
  },
  signIn,
  signOut,
  isSignedIn,
})
