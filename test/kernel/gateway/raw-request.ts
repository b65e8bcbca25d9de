import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'

export interface RawAnswer {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

/** Sends octets as they are, and reads an answer until the connection's end; status 0 where there is none. */
export function rawRequest(port: number, text: string, serverName?: string | false): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket =
      serverName === undefined
        ? connect(port, '127.0.0.1')
        : connectTls({
            port,
            host: '127.0.0.1',
            rejectUnauthorized: false,
            ...(serverName && { servername: serverName }),
          })
    let all = ''
    socket.setEncoding('utf8').setTimeout(5000, () => socket.destroy())
    socket.on(serverName === undefined ? 'connect' : 'secureConnect', () => socket.write(text))
    socket.on('data', (data) => {
      all += data
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve(parsed(all)))
  })
}

function parsed(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = text.slice(0, Math.max(end, 0)).split('\r\n')
  const headers = lines.map(
    (line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const,
  )
  return { status: Number(first.split(' ')[1] ?? 0), headers, body: text.slice(end + 4) }
}
