import { once } from 'node:events'
import type { ClusterConfig } from '#cluster/config.ts'
import type { Observation } from '#explain/agreement.ts'
import { namespacePath } from '#kernel/namespace.ts'
import { bindUdp, connectTcp } from '#kernel/socket.ts'
import { traceFlows } from '#kernel/trace.ts'

export interface Probe {
  /** Path of the network namespace that it is sent from. */
  readonly namespace: string
  readonly protocol: 'TCP' | 'UDP'
  readonly address: string
  readonly port: number
}

const TCP_TIMEOUT_MS = 1500
/** A program need not answer a datagram at all. */
const UDP_TIMEOUT_MS = 700
/** What the echo image answers with its name; any other program is as welcome to be silent. */
const DATAGRAM = 'hostname'

const REFUSED = new Set(['ECONNREFUSED', 'EPERM', 'ECONNRESET'])

/** Sends `count` new connections, one after the other, and looks each up in the nodes' conntrack. Throws KernelError. */
export async function probeLive(config: ClusterConfig, probe: Probe, count: number): Promise<readonly Observation[]> {
  const observations: Observation[] = []
  for (let round = 0; round < count; round++) {
    const { answer, port } = await (probe.protocol === 'TCP' ? connect(probe) : send(probe))
    const translation = port === undefined ? undefined : translationOf(config, probe, port)
    observations.push({ answer, ...(translation && { translation }) })
  }
  return observations
}

interface Met {
  readonly answer: Observation['answer']
  /** The sender's own port. */
  readonly port: number | undefined
}

const answerOf = (code: string | undefined): Observation['answer'] => {
  if (code === undefined) return 'answered'
  if (REFUSED.has(code)) return 'refused'
  return code === 'ETIMEDOUT' ? 'silent' : 'unreachable'
}

async function connect({ namespace, address, port }: Probe): Promise<Met> {
  const socket = connectTcp(namespace, address, port)
  let own: number | undefined
  // The kernel gives the port when the connecting begins, and a socket that failed does not tell it any more.
  const note = () => {
    own = socket.localPort ?? own
  }
  queueMicrotask(note)
  setImmediate(note)
  const timer = setTimeout(
    () => socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })),
    TCP_TIMEOUT_MS,
  )
  try {
    await once(socket, 'connect')
    note()
    return { answer: 'answered', port: own }
  } catch (error) {
    return { answer: answerOf((error as NodeJS.ErrnoException).code), port: own }
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}

async function send({ namespace, address, port }: Probe): Promise<Met> {
  const socket = await bindUdp(namespace, address.includes(':') ? '::' : '0.0.0.0', 0)
  const own = socket.address().port
  const signal = AbortSignal.timeout(UDP_TIMEOUT_MS)
  try {
    // Connected, since only then a refusal is told.
    socket.connect(port, address)
    await once(socket, 'connect', { signal })
    const answered = once(socket, 'message', { signal })
    socket.send(DATAGRAM, (error) => error && socket.emit('error', error))
    await answered
    return { answer: 'answered', port: own }
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException
    return { answer: name === 'AbortError' ? 'silent' : answerOf(code), port: own }
  } finally {
    socket.close()
  }
}

/** The node that translated the connection from that port, and what it made of it. */
function translationOf(config: ClusterConfig, probe: Probe, port: number): Observation['translation'] {
  const family = probe.address.includes(':') ? 'IPv6' : 'IPv4'
  for (const node of config.nodes)
    for (const { protocol, client, asked, backend, seen } of traceFlows(namespacePath(node.namespace), family)) {
      const ours =
        protocol === probe.protocol &&
        client.port === port &&
        asked.address === probe.address &&
        asked.port === probe.port
      if (ours && (backend.address !== asked.address || backend.port !== asked.port))
        return { node: node.name, backend, sourceSeen: seen.address }
    }
  return undefined
}
