/** A backend in a few lines, as a reader of the manual might write it: tokens live for 15 minutes. */
export function createServer() {
  let issued = 0
  const server = {
    isSignedIn: true,
    requests: [] as string[],
    refreshes: 0,
    async answer(request: Request): Promise<Response> {
      const { pathname } = new URL(request.url)
      server.requests.push(`${request.method} ${pathname}`)
      if (pathname === '/auth/login') server.isSignedIn = true
      if (pathname === '/auth/logout') server.isSignedIn = false
      if (pathname === '/auth/refresh') server.refreshes++
      if (pathname === '/auth/logout') return new Response(null, { status: 204 })
      if (pathname.startsWith('/auth/')) {
        if (!server.isSignedIn) return new Response(null, { status: 401 })
        return Response.json({ access_token: `token-${++issued}`, expires_in: 900 })
      }
      if (request.headers.get('Authorization') !== `Bearer token-${issued}`)
        return new Response(null, { status: 401 })
      return Response.json(['Ada', 'Grace'])
    },
  }
  return server
}

export const options = { refresh: '/auth/refresh', signOut: '/auth/logout' }
