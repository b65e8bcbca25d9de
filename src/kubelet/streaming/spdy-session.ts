import { PassThrough, type Readable } from 'node:stream'

import { SpdyConnection } from './spdy/spdy-connection.ts'
import type { SpdyStream } from './spdy/spdy-stream.ts'
import { type ExitStatus, parseResize, ResizeQueue, type StreamOptions, type StreamSession } from './stream-session.ts'
import { acceptSpdy, listHeader, type UpgradeRequest } from './upgrade.ts'

const PROTOCOL = 'v4.channel.k8s.io'
const CREATION_TIMEOUT_MS = 30_000

/** Whether this client can be served: it offers v4 (every kubectl since 1.8). */
export function offersSpdySession({ request }: UpgradeRequest): boolean {
  return listHeader(request, 'x-stream-protocol-version').includes(PROTOCOL)
}

/**
 * Answers a SPDY upgrade of exec or attach and waits for the streams that its query promised. Rejects where they do not
 * come.
 */
export function openSpdySession(upgrade: UpgradeRequest, options: StreamOptions): Promise<StreamSession> {
  const names = ['error', ...(options.stdin ? ['stdin'] : []), ...(options.stdout ? ['stdout'] : [])]
  if (options.tty) names.push('resize')
  else if (options.stderr) names.push('stderr')
  const streams = new Map<string, SpdyStream>()
  const gone = new AbortController()
  acceptSpdy(upgrade, PROTOCOL)
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      connection.close()
      reject(new Error(`the client did not open the streams ${names.join(', ')} within 30 s`))
    }, CREATION_TIMEOUT_MS)
    const connection = new SpdyConnection(upgrade.socket, upgrade.head, {
      onStream: (stream) => {
        const name = stream.headers.streamtype ?? ''
        if (!names.includes(name) || streams.has(name)) return false
        stream.on('error', () => undefined)
        streams.set(name, stream)
        if (streams.size === names.length) {
          clearTimeout(timer)
          resolve(session(connection, streams, options, gone.signal))
        }
        return true
      },
      onClose: () => {
        clearTimeout(timer)
        gone.abort()
        reject(new Error('the client left'))
      },
    })
  })
}

function session(
  connection: SpdyConnection,
  streams: ReadonlyMap<string, SpdyStream>,
  options: StreamOptions,
  signal: AbortSignal,
): StreamSession {
  const resize = new ResizeQueue()
  const resizeStream = streams.get('resize')
  if (resizeStream !== undefined) readResizes(resizeStream, resize)
  for (const name of ['stdout', 'stderr', 'error']) streams.get(name)?.resume()
  const stdout = streams.get('stdout') ?? sink()
  const stderr = streams.get('stderr') ?? (options.tty && options.stderr ? stdout : sink())
  return {
    stdin: streams.get('stdin'),
    stdout,
    stderr,
    onResize: resize.onResize,
    signal,
    async finish(status: ExitStatus) {
      await Promise.all([...new Set([stdout, stderr])].map((stream) => ended(stream)))
      const error = streams.get('error')!
      error.write(JSON.stringify(status))
      await ended(error)
      connection.end()
    },
  }
}

/** Objects of JSON one after another, each on a line of its own. */
function readResizes(stream: Readable, queue: ResizeQueue): void {
  let text = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    text = (text + chunk).slice(-4096)
    const lines = text.split(/(?<=\})/)
    text = lines.at(-1)!.includes('}') ? '' : lines.pop()!
    for (const line of lines) queue.push(parseResize(line))
  })
}

function sink(): PassThrough {
  const stream = new PassThrough()
  stream.resume()
  return stream
}

function ended(stream: NodeJS.WritableStream & { readonly destroyed?: boolean }): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) return resolve()
    stream.once('close', resolve)
    stream.once('error', () => resolve())
    stream.end(() => resolve())
  })
}
