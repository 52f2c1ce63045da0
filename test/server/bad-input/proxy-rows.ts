import { lines, type WireInput } from './wire-input.ts'

const behind = (name: string, code: string | RegExp, line: string, ...more: string[]): WireInput => ({
  name,
  code,
  send: (user) => ({ bytes: lines(user, { line, host: 'app.example', more }) }),
})

const refresh = 'POST /auth/refresh HTTP/1.1'
const proto = 'X-Forwarded-Proto:'

/** For a server that believes its proxy, as far as it may. */
export const proxyRows: WireInput[] = [
  ...['/auth/refresh', '/auth/logout-all', '/auth/sessions'].map((path) =>
    behind(`TRACE ${path}`, 'method_not_allowed', `TRACE ${path} HTTP/1.1`, `${proto} https`),
  ),
  behind('TRACE of the API', /not_found|method_not_allowed/, 'TRACE /api/me HTTP/1.1', `${proto} https`),
  behind('TRACE of nothing', /not_found|method_not_allowed/, 'TRACE /nothing HTTP/1.1', `${proto} https`),
  behind('no scheme of the client', 'https_required', refresh),
  behind('an empty scheme', 'https_required', refresh, proto),
  behind('http', 'https_required', refresh, `${proto} http`),
  behind('https that the client invented', 'https_required', refresh, `${proto} https, http`),
  behind(
    'https that the client invented in a line of its own',
    'https_required',
    refresh,
    `${proto} https`,
    `${proto} http`,
  ),
  behind('a scheme that is none', 'https_required', refresh, `${proto} javascript`),
  behind('a scheme with more after it', 'https_required', refresh, `${proto} https://`),
  behind('a scheme in quotes', 'https_required', refresh, `${proto} "https"`),
  behind('the header of another kind of proxy', 'https_required', refresh, 'Forwarded: proto=https'),
  behind('https in X-Forwarded-Ssl', 'https_required', refresh, 'X-Forwarded-Ssl: on'),
  behind('the cookie of plain http', 'no_session', refresh, `${proto} https`),
  behind('a host that the client invented', 'https_required', refresh, 'X-Forwarded-Host: localhost'),
  behind('an address that is a script', 'no_session', refresh, `${proto} https`, 'X-Forwarded-For: <script>'),
  behind(
    'an address of 8,000 characters',
    'no_session',
    refresh,
    `${proto} https`,
    `X-Forwarded-For: ${'1'.repeat(8000)}`,
  ),
  behind(
    'an address in bytes above ASCII',
    'no_session',
    refresh,
    `${proto} https`,
    'X-Forwarded-For: \u00ff\u00fe',
  ),
  behind('an address of commas', 'no_session', refresh, `${proto} https`, 'X-Forwarded-For: ,,,'),
]
