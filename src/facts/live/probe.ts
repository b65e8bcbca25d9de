import { once } from 'node:events'
import type { ClusterConfig } from '#cluster/config.ts'
import type { KernelWalk, Observation, Untraced } from '#explain/trace/live.ts'
import { FlowTrace, type TracedFlow } from '#kernel/conntrack/flow-trace.ts'
import { KernelError } from '#kernel/kernel-error.ts'
import { isNamespace, namespacePath } from '#kernel/namespaces/namespace.ts'
import { NftTrace, type TracedTuple } from '#kernel/nftables/nft-trace.ts'
import { bindUdp, connectTcp } from '#kernel/sockets/socket.ts'

interface Probe {
  /** Path of the network namespace that it is sent from. */
  readonly namespace: string
  readonly protocol: 'TCP' | 'UDP'
  /** The sender's address. */
  readonly source: string
  readonly address: string
  readonly port: number
}

const TCP_TIMEOUT_MS = 1500
/** A program need not answer a datagram at all. */
const UDP_TIMEOUT_MS = 700
/** What the echo image answers with its name; any other program is as welcome to be silent. */
const DATAGRAM = 'hostname'
const DNS_PORT = 53
/** There a program is asked in its own words too: a query for the name servers of the root, RFC 1035: whoever speaks DNS answers it, if only by a refusal. */
const DNS_QUERY = Buffer.from('464c01000001000000000000' + '00' + '0002' + '0001', 'hex')

const REFUSED = new Set(['ECONNREFUSED', 'ECONNRESET'])

interface Probed {
  readonly observations: readonly Observation[]
  /** The kernel's own trace of each probe's first packet, at the nodes that were asked for. */
  readonly walks: readonly KernelWalk[]
  /** Why there is no such trace of a node. */
  readonly untraced: readonly Untraced[]
}

/**
 * Sends `count` new connections, one after the other, and follows each by the conntrack of all nodes and the rule trace
 * of `traced` ones; without the latter, by conntrack alone. Throws KernelError.
 */
export async function probeLive(
  config: ClusterConfig,
  probe: Probe,
  count: number,
  traced: ReadonlySet<string>,
): Promise<Probed> {
  const flowTraces: (readonly [node: string, FlowTrace])[] = []
  const ruleTraces: (readonly [node: string, NftTrace])[] = []
  const untraced: Untraced[] = []
  try {
    for (const { name, namespace } of config.nodes) {
      // One that is stopped has no kernel to look at.
      if (!isNamespace(namespacePath(namespace))) continue
      flowTraces.push([name, FlowTrace.open(namespacePath(namespace))])
      if (!traced.has(name)) continue
      try {
        ruleTraces.push([name, NftTrace.open(namespacePath(namespace), tupleOf(probe))])
      } catch (error) {
        if (!(error instanceof KernelError)) throw error
        untraced.push({ code: 'refused', node: name, message: error.message })
      }
    }
    const observations: Observation[] = []
    const walks: KernelWalk[] = []
    for (let round = 0; round < count; round++) {
      const { answer, port } = await (probe.protocol === 'TCP' ? connect(probe) : send(probe))
      // A socket that was refused does not tell its port any more.
      const ours = (one: { readonly port: number }) => port === undefined || one.port === port
      const translation = flowTraces
        .flatMap(([node, trace]) => translations(node, trace.read(), probe))
        .find(ours)?.translation
      observations.push({ answer, ...(translation && { translation }) })
      for (const [node, trace] of ruleTraces) {
        // One that is sent again goes the same way, or, once it is translated, meets no such rules.
        const steps = trace.read().find(ours)?.steps
        if (steps !== undefined) walks.push({ node, steps })
      }
    }
    return { observations, walks, untraced }
  } finally {
    for (const [, trace] of ruleTraces) trace.close()
    for (const [, trace] of flowTraces) trace.close()
  }
}

const tupleOf = ({ protocol, source, address, port }: Probe): TracedTuple => ({
  protocol,
  source,
  destination: address,
  port,
})

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

async function connect({ namespace, address, port }: Probe): Promise<Met> {
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

async function send({ namespace, address, port }: Probe): Promise<Met> {
  const socket = await bindUdp(namespace, address.includes(':') ? '::' : '0.0.0.0', 0)
  const own = socket.address().port
  const signal = AbortSignal.timeout(UDP_TIMEOUT_MS)
  try {
    // Connected, since only then a refusal is told.
    socket.connect(port, address)
    await once(socket, 'connect', { signal })
    const answered = once(socket, 'message', { signal })
    for (const datagram of port === DNS_PORT ? [DNS_QUERY, DATAGRAM] : [DATAGRAM])
      socket.send(datagram, (error) => error && socket.emit('error', error))
    await answered
    return { answer: 'answered', port: own }
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException
    return { answer: name === 'AbortError' ? 'silent' : answerOf(code), port: own }
  } finally {
    socket.close()
  }
}

/**
 * Of a node's new connections those from the sender to where the probe goes that the node translated, with the sender's
 * port.
 */
const translations = (node: string, flows: readonly TracedFlow[], { protocol, source, address, port }: Probe) =>
  flows.flatMap((flow) => {
    const { client, asked, backend, seen } = flow
    const ours = flow.protocol === protocol && client.address === source
    if (!ours || asked.address !== address || asked.port !== port) return []
    if (backend.address === address && backend.port === port) return []
    const translation: Observation['translation'] = { node, backend, sourceSeen: seen.address }
    return [{ port: client.port, translation }]
  })
