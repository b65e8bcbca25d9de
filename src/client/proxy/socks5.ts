import { connect, type Socket } from 'node:net'
import { addressBytes, familyOf } from '#net/ip-address.ts'
import { socketText } from '#net/port-protocol.ts'
import { proxyText, TunnelError } from './tunnel-error.ts'

const VERSION = 5
const Method = { NONE: 0, PASSWORD: 2 } as const
const CONNECT = 1
const AddressType = { IPV4: 1, NAME: 3, IPV6: 4 } as const
const REFUSALS = [
  'succeeded',
  'general failure',
  'not allowed by its rules',
  'network unreachable',
  'host unreachable',
  'connection refused',
  'time to live expired',
  'command not supported',
  'address type not supported',
]

/** Names are resolved by the proxy, as Go does for socks5 and socks5h alike. */
const addressOf = (host: string): Buffer => {
  const family = familyOf(host)
  if (family) return Buffer.from([family === 'IPv4' ? AddressType.IPV4 : AddressType.IPV6, ...addressBytes(host)])
  const name = Buffer.from(host)
  return Buffer.concat([Buffer.from([AddressType.NAME, name.length]), name])
}

/** Connects by a SOCKS5 proxy (RFC 1928), with a login where its URL has one (RFC 1929). Rejects with TunnelError. */
export const connectSocks = async (proxy: URL, host: string, port: number): Promise<Socket> => {
  const socket = connect({ host: proxy.hostname.replace(/^\[|\]$/g, ''), port: Number(proxy.port || 1080) })
  const refuse = (why: string, cause?: unknown): TunnelError =>
    new TunnelError(`the proxy ${proxyText(proxy)} does not lead to ${socketText(host, port)}: ${why}`, { cause })
  const take = reader(socket)
  try {
    const login = proxy.username !== ''
    socket.write(Buffer.from(login ? [VERSION, 2, Method.NONE, Method.PASSWORD] : [VERSION, 1, Method.NONE]))
    const [version, method] = await take(2)
    if (version !== VERSION) throw refuse('it does not speak SOCKS5')
    if (method === Method.PASSWORD && login) {
      const [user, password] = [proxy.username, proxy.password].map((text) => Buffer.from(decodeURIComponent(text)))
      socket.write(Buffer.concat([Buffer.from([1, user!.length]), user!, Buffer.from([password!.length]), password!]))
      const [, status] = await take(2)
      if (status !== 0) throw refuse('it refuses the login')
    } else if (method !== Method.NONE) throw refuse('it wants a login: socks5://USER:PASSWORD@HOST')
    const number = Buffer.alloc(2)
    number.writeUInt16BE(port)
    socket.write(Buffer.concat([Buffer.from([VERSION, CONNECT, 0]), addressOf(host), number]))
    const [, reply, , type] = await take(4)
    if (reply !== 0) throw refuse(REFUSALS[reply!] ?? `answer ${reply}`)
    const length = type === AddressType.IPV4 ? 4 : type === AddressType.IPV6 ? 16 : (await take(1))[0]!
    await take(length + 2)
    return socket
  } catch (error) {
    socket.destroy()
    throw error instanceof TunnelError ? error : refuse((error as Error).message, error)
  }
}

/** Reads exactly so many bytes, and leaves what follows in the socket. */
const reader =
  (socket: Socket): ((length: number) => Promise<Buffer>) =>
  (length) =>
    new Promise((resolve, reject) => {
      const done = (): void => {
        socket.off('readable', look).off('error', fail).off('end', ended)
      }
      const look = (): void => {
        const bytes = socket.read(length) as Buffer | null
        if (bytes === null) return
        done()
        resolve(bytes)
      }
      const fail = (error: Error): void => {
        done()
        reject(error)
      }
      const ended = (): void => fail(new Error('it closed the connection'))
      socket.on('readable', look).on('error', fail).on('end', ended)
      look()
    })
