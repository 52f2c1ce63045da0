export type { TestRequestContext, TestServer } from './testing/network.ts'
export {
  createTestBrowser,
  type Leftovers,
  type TestBrowser,
} from './testing/test-browser.ts'
export type { TestBrowserOptions } from './testing/test-browser-options.ts'
export { createTestSession, type TestSession, type TestSessionCalls } from './testing/test-session.ts'
export type { TestSessionState } from './testing/test-session-state.ts'
export type { TestTab } from './testing/test-tab.ts'
