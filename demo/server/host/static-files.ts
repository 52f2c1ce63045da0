import { readFile } from 'node:fs/promises'
import { extname, join, resolve, sep } from 'node:path'

const contentTypes: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

/** Serves the files of a built page; `undefined` where there is none. */
export function createStaticFiles(root: string): (request: Request) => Promise<Response | undefined> {
  const base = resolve(root)
  return async ({ method, url }) => {
    if (method !== 'GET' && method !== 'HEAD') return undefined
    const file = locate(base, new URL(url).pathname)
    const body = file && (await readFile(file).catch(() => undefined))
    if (!body) return undefined
    return new Response(method === 'HEAD' ? null : new Uint8Array(body), {
      headers: {
        'content-type': contentTypes[extname(file)] ?? 'application/octet-stream',
        'content-length': String(body.byteLength),
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      },
    })
  }
}

function locate(base: string, pathname: string): string | undefined {
  let path: string
  try {
    path = decodeURIComponent(pathname)
  } catch {
    return undefined
  }
  if (path.includes('\0')) return undefined
  const file = join(base, path.endsWith('/') ? `${path}index.html` : path)
  // An encoded ".." is resolved by join, after the URL parser had its chance.
  return file.startsWith(base + sep) ? file : undefined
}
