import { connect } from 'node:net'

interface RawAnswer {
  /** 0 where the connection ended without an answer. */
  readonly status: number
  readonly head: string
  readonly body: Buffer
}

/** Sends these bytes on a connection of its own, also such as no HTTP client would send, and reads what comes back. */
export const rawRequest = (socketPath: string, bytes: Buffer, limitMs = 5000): Promise<RawAnswer> =>
  new Promise((resolve) => {
    const socket = connect(socketPath)
    const chunks: Buffer[] = []
    let head: string | undefined
    const finish = (): void => {
      clearTimeout(timer)
      socket.destroy()
      const all = Buffer.concat(chunks)
      const end = all.indexOf('\r\n\r\n')
      head ??= all.toString('latin1')
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0), head, body: all.subarray(end + 4) })
    }
    const timer = setTimeout(finish, limitMs)
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      if (head !== undefined) return
      const all = Buffer.concat(chunks)
      const end = all.indexOf('\r\n\r\n')
      if (end < 0) return
      head = all.subarray(0, end).toString('latin1')
      // A watch goes on: its head says enough.
      if (/^transfer-encoding: chunked/im.test(head)) finish()
    })
    socket.on('error', finish).on('close', finish)
    socket.write(bytes)
  })

/** A request with a body, as bytes; the path and the header values go out as they are. */
export const requestBytes = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array = '',
): Buffer => {
  const bytes = Buffer.from(body)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${bytes.length}\r\n${lines.join('')}\r\n`
  return Buffer.concat([Buffer.from(head), bytes])
}
