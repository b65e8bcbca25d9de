import type { Socket } from 'node:net'

/** A client that says nothing for this long is closed, milliseconds (RFC 7766 asks for seconds, not minutes). */
const IDLE_MS = 10_000

/**
 * Messages behind a 16-bit length each (RFC 1035 section 4.2.2). `respond` calls `send` with the answer, if there is
 * one; answers may overtake each other.
 */
export const serveTcp = (
  connection: Socket,
  respond: (message: Uint8Array, send: (answer: Uint8Array) => void) => void,
): void => {
  let pending = Buffer.alloc(0)
  const send = (answer: Uint8Array): void => {
    const size = Buffer.alloc(2)
    size.writeUInt16BE(answer.length)
    if (connection.writable) connection.write(Buffer.concat([size, answer]))
  }
  connection.setTimeout(IDLE_MS, () => connection.destroy())
  connection.on('error', () => connection.destroy())
  connection.on('data', (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0)
      respond(pending.subarray(2, end), send)
      pending = pending.subarray(end)
    }
  })
}
