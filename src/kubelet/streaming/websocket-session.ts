import { PassThrough, Readable, Writable } from 'node:stream'
import type { RawData, WebSocket } from 'ws'

import { CHANNEL_PROTOCOLS, type ChannelProtocol, readMessage, writeMessage } from './channel-protocol.ts'
import { type ExitStatus, parseResize, ResizeQueue, type StreamOptions, type StreamSession } from './stream-session.ts'
import type { UpgradeRequest } from './upgrade.ts'
import { openWebSocket } from './websocket.ts'

/** A message that says nothing. */
const NOTHING = { channel: -1, payload: Buffer.alloc(0) }
type Send = (channel: number, payload: Uint8Array, callback: (error?: Error | null) => void) => void
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
  const names = CHANNEL_PROTOCOLS.map(({ name }) => name)
  return await openWebSocket(upgrade, names, (socket, name) => {
    const protocol = CHANNEL_PROTOCOLS.find((one) => one.name === name)!
    return createSession(socket, protocol, options)
  })
}

function createSession(socket: WebSocket, protocol: ChannelProtocol, options: StreamOptions): StreamSession {
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
    const { channel, payload } = readMessage(protocol, data) ?? NOTHING
    if (channel === Channel.STDIN && stdin !== undefined && payload.length > 0) {
      if (!stdin.push(payload)) socket.pause()
    } else if (channel === Channel.RESIZE) resize.push(parseResize(payload.toString()))
    else if (channel === Channel.CLOSE && protocol.closesStdin && payload[0] === Channel.STDIN) stdin?.push(null)
  })
  const send: Send = (channel, payload, callback) =>
    // The callback comes when the kernel has taken the bytes: that is the back-pressure.
    socket.send(writeMessage(protocol, channel, payload), callback)
  const stdout = options.stdout ? channelSink(send, Channel.STDOUT) : discard()
  const stderr = options.tty ? stdout : options.stderr ? channelSink(send, Channel.STDERR) : discard()
  // An empty message says that the streams stand; clients wait for it.
  if (options.stdout) send(Channel.STDOUT, Buffer.alloc(0), () => undefined)
  return {
    stdin,
    stdout,
    stderr,
    onResize: resize.onResize,
    signal: gone.signal,
    async finish(status: ExitStatus) {
      const last = protocol.endsWithStatus ? JSON.stringify(status) : (status.message ?? '')
      if (last !== '') await new Promise<void>((resolve) => send(Channel.ERROR, Buffer.from(last), () => resolve()))
      await closed(socket)
    },
  }
}

function channelSink(send: Send, channel: number): Writable {
  const sink = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      send(channel, chunk, callback)
    },
  })
  // The client is gone: said once, by the signal.
  sink.on('error', () => undefined)
  return sink
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
