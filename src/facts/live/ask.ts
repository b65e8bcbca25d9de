import { once } from 'node:events'
import type { Observation } from '#explain/trace/live.ts'
import { bindUdp, connectTcp } from '#kernel/sockets/socket.ts'
import { datagramsFor } from './datagrams.ts'

/** What is asked, from which network namespace. */
interface Asked {
  /** Its path. */
  readonly namespace: string
  readonly protocol: 'TCP' | 'UDP'
  readonly address: string
  readonly port: number
}

const TCP_TIMEOUT_MS = 1500
/** A program need not answer a datagram at all. */
const UDP_TIMEOUT_MS = 700
const REFUSED = new Set(['ECONNREFUSED', 'ECONNRESET'])

/** What came of it. */
interface Met {
  readonly answer: Observation['answer']
  /** The sender's own port. */
  readonly port: number | undefined
}

const answerOf = (code: string | undefined): Observation['answer'] => {
  if (code === undefined) return 'answered'
  if (REFUSED.has(code)) return 'refused'
  if (code === 'EPERM') return 'forbidden'
  return code === 'ETIMEDOUT' ? 'silent' : 'unreachable'
}

async function connect({ namespace, address, port }: Asked): Promise<Met> {
  const socket = connectTcp(namespace, address, port)
  const timer = setTimeout(
    () => socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })),
    TCP_TIMEOUT_MS,
  )
  try {
    await once(socket, 'connect')
    return { answer: 'answered', port: socket.localPort }
  } catch (error) {
    return { answer: answerOf((error as NodeJS.ErrnoException).code), port: undefined }
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}

async function send({ namespace, address, port }: Asked): Promise<Met> {
  const socket = await bindUdp(namespace, address.includes(':') ? '::' : '0.0.0.0', 0)
  const own = socket.address().port
  const signal = AbortSignal.timeout(UDP_TIMEOUT_MS)
  try {
    // Connected, since only then a refusal is told.
    socket.connect(port, address)
    await once(socket, 'connect', { signal })
    const answered = once(socket, 'message', { signal })
    for (const datagram of datagramsFor(port)) socket.send(datagram, (error) => error && socket.emit('error', error))
    await answered
    return { answer: 'answered', port: own }
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException
    return { answer: name === 'AbortError' ? 'silent' : answerOf(code), port: own }
  } finally {
    socket.close()
  }
}

/** Begins one connection, or sends one datagram, and says what came of it. */
export const ask = (asked: Asked): Promise<Met> => (asked.protocol === 'TCP' ? connect(asked) : send(asked))
