import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const LIMIT_MS = 60_000
const ANSWER_MS = 1000

/** Servers that are being asked. */
let asked = 0

/**
 * Asks until the server at that port answers: one alone each millisecond, and of many each the more rarely, since who asks takes
 * the time of the processor that the servers are to start in.
 */
export const firstAnswer = async (address: string, port: number): Promise<void> => {
  const until = performance.now() + LIMIT_MS
  asked++
  try {
    while (!(await answers(address, port))) {
      if (performance.now() > until) throw new Error(`no answer from ${address}:${port} in ${LIMIT_MS} ms`)
      await sleep(Math.max(1, 2 * (asked - 1)))
    }
  } finally {
    asked--
  }
}

const answers = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true })
    let text = ''
    socket.setEncoding('latin1')
    socket.setTimeout(ANSWER_MS, () => socket.destroy())
    socket.on('connect', () => socket.write('GET / HTTP/1.0\r\n\r\n'))
    socket.on('data', (chunk: string) => {
      text += chunk
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(/^HTTP\/1\.\d 200 /.test(text)))
  })
