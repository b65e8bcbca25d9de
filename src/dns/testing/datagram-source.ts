import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { DatagramSource } from '#net/datagram.ts'

const LARGEST = 65_535

/** A socket of node:dgram on loopback: datagrams are answered one by one. Gives its port too. */
export const datagramSource = async (): Promise<DatagramSource & { readonly port: number }> => {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    port: socket.address().port,
    serve(answer, onError) {
      const room = new Uint8Array(LARGEST)
      socket.on('error', onError)
      socket.on('message', (bytes, peer) => {
        const send = (reply: Uint8Array): void => socket.send(reply, peer.port, peer.address)
        const length = answer({ bytes, start: 0, end: bytes.length, answer: room, at: 0, later: () => send })
        if (length > 0) send(room.slice(0, length))
      })
    },
    pause: () => void socket.removeAllListeners('message'),
    close: () => socket.close(),
  }
}
