import { existsSync, globSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'
import type { EngineName } from './engine.ts'

export interface WebKitPaths {
  readonly driver: string
  readonly browser: string
  /** Preferred over a real screen, where windows would pop up; absent when there only is a real screen. */
  readonly screen?: string
}

export interface BrowserPaths {
  readonly chromium: string
  readonly firefox: string
  readonly webkit: WebKitPaths
}

export type Lookup<Paths> =
  | { readonly found: true; readonly paths: Paths }
  | { readonly found: false; readonly reason: string }

const found = <Paths>(paths: Paths): Lookup<Paths> => ({ found: true, paths })
const missing = (reason: string): Lookup<never> => ({ found: false, reason })

const onPath = (...names: string[]): string | undefined => {
  const extension = process.platform === 'win32' ? '.exe' : ''
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name + extension)))
    .find((path) => existsSync(path))
}

const inUsualPlaces = (macPrograms: string[], windowsPrograms: string[]): string | undefined => {
  const macRoots = ['/Applications', join(homedir(), 'Applications')]
  const windowsRoots = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
  const places = {
    darwin: macRoots.flatMap((root) => macPrograms.map((program) => join(root, program))),
    win32: windowsRoots.flatMap((root) =>
      root ? windowsPrograms.map((program) => join(root, program)) : [],
    ),
  }
  const { platform } = process
  return platform === 'darwin' || platform === 'win32'
    ? places[platform].find((path) => existsSync(path))
    : undefined
}

// A variable that is set but wrong is a mistake to report, not a reason to take another browser.
const fromEnvironment = (...variables: string[]): Lookup<string> | undefined => {
  const variable = variables.find((name) => process.env[name])
  const path = variable && process.env[variable]
  if (!path) return undefined
  return existsSync(path) ? found(path) : missing(`${variable} says ${path}, but there is no such file`)
}

const findChromium = (): Lookup<string> => {
  const named = fromEnvironment('SILENT_REFRESH_CHROMIUM', 'CHROME_PATH')
  if (named) return named
  const path =
    onPath('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge') ??
    inUsualPlaces(
      [
        'Chromium.app/Contents/MacOS/Chromium',
        'Google Chrome.app/Contents/MacOS/Google Chrome',
        'Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
      ],
      [
        'Chromium/Application/chrome.exe',
        'Google/Chrome/Application/chrome.exe',
        'Microsoft/Edge/Application/msedge.exe',
      ],
    ) ??
    [chromium.executablePath()].find((download) => existsSync(download))
  return path
    ? found(path)
    : missing(
        'no Chromium found: install Google Chrome, or `apt-get install chromium`, or ' +
          '`npx playwright-core install chromium`; or set SILENT_REFRESH_CHROMIUM to its path',
      )
}

const findFirefox = (): Lookup<string> => {
  const named = fromEnvironment('SILENT_REFRESH_FIREFOX')
  if (named) return named
  const path =
    onPath('firefox-esr', 'firefox') ??
    inUsualPlaces(['Firefox.app/Contents/MacOS/firefox'], ['Mozilla Firefox/firefox.exe'])
  // Playwright's own Firefox is a patched build that another protocol drives, so its download does not help.
  return path
    ? found(path)
    : missing(
        'no Firefox found: install Firefox, or `apt-get install firefox-esr`; or set SILENT_REFRESH_FIREFOX to its path',
      )
}

const findWebKit = (): Lookup<WebKitPaths> => {
  if (process.platform !== 'linux') return missing('WebKitGTK runs on Linux only')
  const driver = onPath('WebKitWebDriver')
  const browser = [
    '/usr/lib/*/webkit2gtk-4.*/MiniBrowser',
    '/usr/{lib,lib64,libexec}/webkit2gtk-4.*/MiniBrowser',
  ]
    .flatMap((pattern) => globSync(pattern).sort())
    .at(-1)
  const screen = onPath('Xvfb')
  const lacking = [
    ...(driver ? [] : ['WebKitWebDriver']),
    ...(browser ? [] : ['MiniBrowser']),
    ...(screen || process.env.DISPLAY ? [] : ['Xvfb']),
  ]
  return driver && browser && lacking.length === 0
    ? found({ driver, browser, ...(screen ? { screen } : {}) })
    : missing(`no ${lacking.join(', no ')} found: \`apt-get install webkit2gtk-driver xvfb\``)
}

const finders: { readonly [Name in EngineName]: () => Lookup<BrowserPaths[Name]> } = {
  chromium: findChromium,
  firefox: findFirefox,
  webkit: findWebKit,
}

export const findBrowser = <Name extends EngineName>(name: Name): Lookup<BrowserPaths[Name]> =>
  finders[name]()

export const requireBrowser = <Name extends EngineName>(name: Name): BrowserPaths[Name] => {
  const lookup = findBrowser(name)
  if (!lookup.found) throw new Error(lookup.reason)
  return lookup.paths
}
