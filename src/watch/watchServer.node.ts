import { readFile, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { InternalError, StateError } from '../errors.js'
import { findRuns } from './findRuns.js'
import { RunFolderView } from './runFolderView.js'

export interface WatchOptions {
  /** 0 for any that is free. */
  readonly port: number
  /** Milliseconds between two looks at the files, while a page is open. Default: 700. */
  readonly every?: number
}

export interface Watch {
  /** Where the page is. */
  readonly url: string
  /** Whether the folder is not there yet: its runs are shown as soon as it is. */
  readonly isWaiting: boolean
  close(): Promise<void>
}

/** No other machine reaches it. */
const HOST = '127.0.0.1'

/**
 * Serves a page that shows the runs in a folder as they go on. The folder may come later, with the first of them.
 *
 * It listens on this machine's loopback alone, and answers only those who call it by a name of that: a page of another site, whose name
 * was pointed at this machine, is refused. Its own page may load nothing from elsewhere. Nothing can be changed through it.
 *
 * @throws DataError if the folder cannot be read
 * @throws StateError if the port is taken
 */
export async function startWatch(folder: string, { port, every = 700 }: WatchOptions): Promise<Watch> {
  const isWaiting = await isMissing(folder)
  if (!isWaiting) await findRuns(folder)
  const pages = await loadPages()
  const view = new RunFolderView(folder)
  const listeners = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    answer(request, response, { view, pages, listeners }).catch((error: unknown) => {
      if (!response.headersSent) refuse(response, 500, String(error))
      else response.destroy()
    })
  })
  await listen(server, port)
  let told = ''
  const timer = setInterval(async () => {
    if (listeners.size === 0) return
    await view.refresh()
    const list = JSON.stringify(view.list)
    for (const listener of listeners) listener.write(list === told ? ': still here\n\n' : `data: ${list}\n\n`)
    told = list
  }, every)
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://${HOST}:${taken}/`,
    isWaiting,
    close: () =>
      new Promise((resolve) => {
        clearInterval(timer)
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const isMissing = (path: string): Promise<boolean> =>
  stat(path).then(
    () => false,
    ({ code }: NodeJS.ErrnoException) => code === 'ENOENT',
  )

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EACCES' ? 'may not be used by this user' : 'is in use'
      const isKnown = cause.code === 'EADDRINUSE' || cause.code === 'EACCES'
      reject(
        isKnown
          ? new StateError(`Port ${port} ${why}. Take another with --port, or any free one with --port 0.`, {
              cause,
            })
          : cause,
      )
    })
    server.listen(port, HOST, resolve)
  })
}

interface Page {
  readonly type: string
  readonly bytes: Uint8Array
}

const files = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/page.js': { file: 'page.js', type: 'text/javascript; charset=utf-8' },
  '/page.css': { file: 'page.css', type: 'text/css; charset=utf-8' },
  '/icon.svg': { file: 'icon.svg', type: 'image/svg+xml' },
} as const

/** The page's files, which stand in one place beside modules and bundle. */
async function loadPages(): Promise<ReadonlyMap<string, Page>> {
  try {
    const pages = Object.entries(files).map(async ([path, { file, type }]) => {
      const bytes = await readFile(new URL(`../watch/assets/${file}`, import.meta.url))
      return [path, { type, bytes }] as const
    })
    return new Map(await Promise.all(pages))
  } catch (cause) {
    throw new InternalError(`The page of gradus watch is not in the package: ${(cause as Error).message}.`, {
      cause,
    })
  }
}

const headers = {
  'Content-Security-Policy': [
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'",
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

interface Service {
  readonly view: RunFolderView
  readonly pages: ReadonlyMap<string, Page>
  readonly listeners: Set<ServerResponse>
}

async function answer(request: IncomingMessage, response: ServerResponse, service: Service): Promise<void> {
  const { view, pages, listeners } = service
  if (!isLocal(request)) {
    refuse(
      response,
      403,
      'This page is for this machine alone. Open it as gradus watch wrote it: http://127.0.0.1:PORT/.',
    )
    return
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    refuse(response, 405, 'There is nothing here to be changed.')
    return
  }
  const address = `http://${HOST}${request.url}`
  const { pathname, searchParams } = new URL(URL.canParse(address) ? address : `http://${HOST}/none`)
  const page = pages.get(pathname)
  if (page) {
    send(response, page.type, page.bytes)
    return
  }
  if (pathname === '/api/changes') {
    response.writeHead(200, { ...headers, 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    await view.refresh()
    response.write(`data: ${JSON.stringify(view.list)}\n\n`)
    listeners.add(response)
    response.on('close', () => listeners.delete(response))
    return
  }
  const text = (key: string) => searchParams.get(key) ?? ''
  const number = (key: string) => Number(text(key)) || 0
  const run = view.run(text('run'))
  if (run && pathname === '/api/points')
    sendJson(response, run.pointsFrom(number('from'), number('generation')))
  else if (run && pathname === '/api/details') sendJson(response, run.detailed)
  else if (run && pathname === '/api/table') {
    const table = await run.table(text('tag'), number('step'))
    if (table) sendJson(response, table)
    else refuse(response, 404, 'There is no such table.')
  } else if (run && pathname === '/api/picture') {
    const picture = await run.picture(text('tag'), number('step'), number('index'))
    // Pictures of one generation stay what they are.
    if (picture) send(response, 'image/png', picture, 'private, max-age=3600, immutable')
    else refuse(response, 404, 'There is no such picture.')
  } else refuse(response, 404, 'There is nothing here.')
}

/** Whether it was called by a name of this machine's own. */
function isLocal({ headers: { host }, socket }: IncomingMessage): boolean {
  const names = ['127.0.0.1', 'localhost'].map((name) => `${name}:${socket.localPort}`)
  return (
    host !== undefined && (names.includes(host) || (socket.localPort === 80 && names.includes(`${host}:80`)))
  )
}

const sendJson = (response: ServerResponse, value: unknown): void =>
  send(response, 'application/json', Buffer.from(JSON.stringify(value)))

function send(response: ServerResponse, type: string, bytes: Uint8Array, caching = 'no-store'): void {
  response.writeHead(200, { ...headers, 'Content-Type': type, 'Cache-Control': caching }).end(bytes)
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}
