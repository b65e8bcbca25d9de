import { PassThrough, Readable, Writable } from 'node:stream'
import type { RawData, WebSocket } from 'ws'

import { type ExitStatus, parseResize, ResizeQueue, type StreamOptions, type StreamSession } from './stream-session.ts'
import type { UpgradeRequest } from './upgrade.ts'
import { openWebSocket } from './websocket.ts'

/** v5 is v4 and the message that half-closes stdin. */
const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io']
const Channel = { STDIN: 0, STDOUT: 1, STDERR: 2, ERROR: 3, RESIZE: 4, CLOSE: 255 } as const
const CLOSE_TIMEOUT_MS = 2000

/**
 * Answers a WebSocket upgrade of exec or attach. Undefined, and nothing answered, where the client offers no protocol
 * of ours.
 */
export async function openWebSocketSession(
  upgrade: UpgradeRequest,
  options: StreamOptions,
): Promise<StreamSession | undefined> {
  return await openWebSocket(upgrade, PROTOCOLS, (socket, protocol) => createSession(socket, protocol, options))
}

function createSession(socket: WebSocket, protocol: string, options: StreamOptions): StreamSession {
  const gone = new AbortController()
  const resize = new ResizeQueue()
  const stdin = options.stdin ? new Readable({ read: () => socket.resume() }) : undefined
  socket.on('error', () => gone.abort())
  socket.on('close', () => {
    gone.abort()
    // What the client typed is cut off, not ended: the command is killed by the signal.
    stdin?.push(null)
  })
  socket.on('message', (data: RawData) => {
    const message = toBuffer(data)
    const channel = message[0]
    const payload = message.subarray(1)
    if (channel === Channel.STDIN && stdin !== undefined && payload.length > 0) {
      if (!stdin.push(payload)) socket.pause()
    } else if (channel === Channel.RESIZE) resize.push(parseResize(payload.toString()))
    else if (channel === Channel.CLOSE && protocol === PROTOCOLS[0] && payload[0] === Channel.STDIN) stdin?.push(null)
  })
  const stdout = options.stdout ? channelSink(socket, Channel.STDOUT) : discard()
  const stderr = options.tty ? stdout : options.stderr ? channelSink(socket, Channel.STDERR) : discard()
  // An empty message says that the streams stand; clients wait for it.
  if (options.stdout) send(socket, Channel.STDOUT, Buffer.alloc(0), () => undefined)
  return {
    stdin,
    stdout,
    stderr,
    onResize: resize.onResize,
    signal: gone.signal,
    async finish(status: ExitStatus) {
      await new Promise<void>((resolve) =>
        send(socket, Channel.ERROR, Buffer.from(JSON.stringify(status)), () => resolve()),
      )
      await closed(socket)
    },
  }
}

function channelSink(socket: WebSocket, channel: number): Writable {
  const sink = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      send(socket, channel, chunk, callback)
    },
  })
  // The client is gone: said once, by the signal.
  sink.on('error', () => undefined)
  return sink
}

function send(socket: WebSocket, channel: number, payload: Uint8Array, callback: (error?: Error | null) => void): void {
  const message = Buffer.allocUnsafe(payload.length + 1)
  message[0] = channel
  message.set(payload, 1)
  // The callback comes when the kernel has taken the bytes: that is the back-pressure.
  socket.send(message, { binary: true }, callback)
}

function closed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === socket.CLOSED) return resolve()
    const timer = setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS)
    socket.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
    // Paused, it would not see the client's own close.
    socket.resume()
    socket.close(1000)
  })
}

function discard(): PassThrough {
  const stream = new PassThrough()
  stream.resume()
  return stream
}

function toBuffer(data: RawData): Buffer {
  return Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}
