import { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import { errorText } from '../kubelet-error.ts'
import type { PodDialer } from './port-forward.ts'
import type { Invalid } from './query.ts'
import { listHeader, type UpgradeRequest } from './upgrade.ts'
import { openWebSocket } from './websocket.ts'

const BINARY = 'v4.channel.k8s.io'
/** The same for clients that cannot send bytes: text messages, the channel as a digit, the rest in base64. */
const BASE64 = 'v4.base64.channel.k8s.io'
/** A client that names no protocol speaks the binary one. */
const PROTOCOLS = [BINARY, BASE64, '']
/** A channel's number is a byte, and 255 is not used as one. */
const MOST_PORTS = 127

/**
 * The ports that the connection is for, from the query: `?port=8080&port=80,81`. Channels 2n and 2n+1 are those of the
 * n-th.
 */
export function parsePorts(query: URLSearchParams): readonly number[] | Invalid {
  const texts = query.getAll('port').flatMap((text) => text.split(','))
  if (texts.length === 0) return { invalid: 'query parameter "port" is required: ?port=8080' }
  if (texts.length > MOST_PORTS) return { invalid: `one connection forwards at most ${MOST_PORTS} ports` }
  const wrong = texts.find((text) => !/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > 65535)
  return wrong === undefined ? texts.map(Number) : { invalid: `unable to parse ${JSON.stringify(wrong)} as a port` }
}

/** Whether the client speaks channels, one connection for each port, as the client libraries do. */
export function offersChannels({ request }: UpgradeRequest): boolean {
  const offered = listHeader(request, 'sec-websocket-protocol')
  return offered.length === 0 || offered.some((name) => name === BINARY || name === BASE64)
}

/**
 * Answers a WebSocket upgrade by the protocol that was before tunnels: each port has a channel of bytes, which go both
 * ways, and one of words where it fails. Both begin with the port, two bytes, little-endian. A port is connected to once
 * and at once; when all have ended, so does the WebSocket.
 */
export async function forwardByChannels(
  upgrade: UpgradeRequest,
  ports: readonly number[],
  dial: PodDialer,
): Promise<boolean> {
  const opened = await openWebSocket(upgrade, PROTOCOLS, (socket, protocol) => {
    void serve(socket, protocol === BASE64, ports, dial)
    return true
  })
  return opened ?? false
}

async function serve(socket: WebSocket, base64: boolean, ports: readonly number[], dial: PodDialer): Promise<void> {
  const send = (channel: number, payload: Buffer, callback?: (error?: Error | null) => void): void => {
    const message = base64
      ? `${String.fromCharCode(48 + channel)}${payload.toString('base64')}`
      : Buffer.concat([Buffer.from([channel]), payload])
    // The callback comes when the kernel has taken the bytes: that is the back-pressure.
    socket.send(message, { binary: !base64 }, callback)
  }
  const streams = ports.map((port, index) => {
    const header = Buffer.alloc(2)
    header.writeUInt16LE(port)
    send(2 * index, header)
    send(2 * index + 1, header)
    const stream = new Duplex({
      read: () => socket.resume(),
      write: (chunk: Buffer, _encoding, callback) => send(2 * index, chunk, callback),
    })
    // The client is gone: said once, by its close.
    stream.on('error', () => undefined)
    return stream
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    for (const stream of streams) stream.destroy()
  })
  socket.on('message', (data: RawData) => {
    const [channel, payload] = parseMessage(data, base64)
    const stream = channel % 2 === 0 ? streams[channel / 2] : undefined
    if (stream && !stream.destroyed && payload.length > 0 && !stream.push(payload)) socket.pause()
  })
  await Promise.all(
    ports.map(async (port, index) => {
      try {
        await join(streams[index]!, await dial(port))
      } catch (cause) {
        send(2 * index + 1, Buffer.from(`error forwarding port ${port}: ${errorText(cause)}`))
      }
      // What the client still sends there is dropped, and holds up no other port.
      streams[index]!.destroy()
      socket.resume()
    }),
  )
  socket.close(1000)
}

function parseMessage(data: RawData, base64: boolean): readonly [channel: number, payload: Buffer] {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)
  if (!base64) return [bytes[0] ?? 255, bytes.subarray(1)]
  return [(bytes[0] ?? 255) - 48, Buffer.from(bytes.toString('latin1', 1), 'base64')]
}

/**
 * Copies both ways until the pod has said all, or the client is gone: the protocol has no half-close, so a client ends
 * by leaving. Rejects where the pod's side fails.
 */
function join(client: Duplex, target: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    target.once('error', (error) => {
      reject(error)
      target.destroy()
    })
    client.once('close', () => {
      target.destroy()
      resolve()
    })
    client.once('finish', resolve)
    client.pipe(target)
    target.pipe(client)
  })
}
