import { createServer, type IncomingMessage } from 'node:http'
import type { Node } from '#api/core/node/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { Informer } from '#client/informer.ts'
import { connectToLoopback } from '#kernel/sockets/socket.ts'
import type { Kubelet } from '#kubelet/kubelet.ts'
import { createKubeletServer, type KubeletServer } from '#kubelet/server.ts'
import { refuseUpgrade } from '#kubelet/streaming/upgrade.ts'
import type { Runtime } from '#runtime/runtime.ts'
import { KERNEL_PATH, kernelPage } from '../kernel/kernel-page.ts'
import type { NodeAgent } from '../node-agent.ts'
import { pods } from '../parts/pods/pods-part.ts'
import type { Parts } from '../runner/parts.ts'
import type { Place } from '../runner/place.ts'
import { type AgentReport, CONFIGURED, kubeletPath } from './agent-api.ts'
import { type NodeOff, nodeReport, reportOff } from './agent-report.ts'
import { listenOnSocket } from './listen-on-socket.ts'
import { nodePath, noKubelet } from './no-kubelet.ts'

/** Octets of a request's line and headers together, as the API server takes them: a command is words of the line. */
const HEADER_LIMIT = 1 << 20

interface AgentServerOptions {
  /** The cluster's name. */
  readonly cluster: string
  /** Where it listens: a Unix socket, mode 0600. */
  readonly socket: string
  readonly agents: () => readonly NodeAgent[]
  /** Those that have no agent, as they are not up. */
  readonly nodesOff: () => readonly NodeOff[]
  /** The cluster's nodes were written anew: they are made so. */
  readonly onConfigured: () => Promise<void>
  readonly runtime: Runtime
  /** What runs beside the nodes. */
  readonly fabric: () => Pick<Parts<Place>, 'look' | 'states'>
  readonly services: Pick<Informer<Service>, 'lister'>
  readonly nodes: Pick<Informer<Node>, 'lister'>
  /** Resolves when every node is Ready and answers. */
  readonly ready: Promise<void>
  readonly onError: (error: unknown) => void
}

/**
 * The agents' own Unix socket: readiness and status for the command line, logs and exec for the API server. Resolves,
 * once they are ready, with what ends it.
 */
export const serveAgentApi = async (options: AgentServerOptions): Promise<() => void> => {
  const { cluster, socket, ready } = options
  let isReady = false
  const settled = ready.then(() => {
    isReady = true
  })
  const kubelets = new WeakMap<NodeAgent, () => KubeletServer | undefined>()
  /** The kubelet that a request is for, which then sees its own path alone; undefined for a node that has none here. */
  const kubeletOf = (request: IncomingMessage): KubeletServer | undefined => {
    const [prefix, path] = nodePath(request.url ?? '') ?? []
    if (path !== undefined) request.url = path
    const agent = options.agents().find(({ node }) => kubeletPath(node.name) === prefix)
    if (agent === undefined) return undefined
    if (!kubelets.has(agent)) kubelets.set(agent, kubeletServers(agent, options))
    return kubelets.get(agent)!()
  }
  const server = createServer({ maxHeaderSize: HEADER_LIMIT }, (request, response) => {
    const asked = request.url ?? '/'
    // First, and by the path as it was written: what a client of the API names below a node is that kubelet's matter alone.
    const kubelet = kubeletOf(request)
    if (kubelet) {
      void kubelet.handle(request, response)
      return
    }
    const url = new URL(`http://agent${asked}`)
    const answer = (status: number, body: string): void => {
      response.writeHead(status, {
        'content-type': status === 200 && body.startsWith('{') ? 'application/json' : 'text/plain',
      })
      response.end(body)
    }
    if (url.pathname === '/readyz') {
      if (url.searchParams.has('wait')) {
        settled.then(
          () => answer(200, '{"ready":true}'),
          (error: Error) => answer(500, error.message),
        )
        return
      }
      const faults = unready(options)
      if (isReady && faults.length === 0) answer(200, '{"ready":true}')
      else answer(503, faults.join('\n') || 'it has not been seen yet that every node answers')
      return
    }
    if (url.pathname === CONFIGURED && request.method === 'POST') {
      options.onConfigured().then(
        () => answer(200, '{}'),
        (error: Error) => answer(500, error.message),
      )
      return
    }
    if (url.pathname === '/status') {
      answer(200, JSON.stringify(report(options)))
      return
    }
    if (url.pathname === KERNEL_PATH) {
      const { status, body } = kernelOf(options, url.searchParams)
      answer(status, JSON.stringify(body))
      return
    }
    const refusal = noKubelet(asked, cluster, options.nodesOff())
    response.writeHead(refusal.code ?? 404, { 'content-type': 'application/json' }).end(JSON.stringify(refusal))
  })
  server.on('upgrade', (request, socket, head) => {
    const asked = request.url ?? '/'
    const kubelet = kubeletOf(request)
    if (kubelet) void kubelet.upgrade(request, socket, head)
    else refuseUpgrade({ request, socket, head }, noKubelet(asked, cluster, options.nodesOff()))
  })
  server.requestTimeout = 0
  await listenOnSocket(server, socket)
  try {
    await settled
  } catch (error) {
    // Who waits is told yet, and nobody else comes.
    server.close()
    throw error
  }
  return () => {
    server.close()
    server.closeAllConnections()
  }
}

/** The kernel of the node that `node` names in the query. */
const kernelOf = ({ agents }: AgentServerOptions, query: URLSearchParams): ReturnType<typeof kernelPage> => {
  const named = query.get('node')
  query.delete('node')
  const node = agents().find((agent) => agent.node.name === named)?.node
  if (node === undefined) return { status: 404, body: { error: `no node ${named} has an agent here` } }
  try {
    return kernelPage({ node: node.name, namespace: node.kernel.namespace }, query)
  } catch (error) {
    return { status: 500, body: { error: (error as Error).message } }
  }
}

/** The server of the kubelet that the node has at present: a new one with each that is started. */
const kubeletServers = ({ parts }: NodeAgent, options: AgentServerOptions): (() => KubeletServer | undefined) => {
  let served: { readonly kubelet: Kubelet; readonly server: KubeletServer } | undefined
  return () => {
    const kubelet = parts.find(pods)?.kubelet
    if (kubelet === undefined) return undefined
    if (served?.kubelet !== kubelet) served = { kubelet, server: kubeletServer(kubelet, options) }
    return served.server
  }
}

const kubeletServer = (kubelet: Kubelet, { runtime, onError }: AgentServerOptions): KubeletServer =>
  createKubeletServer({
    runtime,
    resolve: (namespace, pod, container, { previous }) => {
      const found = kubelet.resolve(namespace, pod, container || undefined, { previous })
      return { containerId: found.id ?? '', logPath: (previous ? found.previousLogPath : found.logPath) ?? '' }
    },
    pods: () => kubelet.pods(),
    logDir: kubelet.logDir,
    summary: () => kubelet.summary(),
    dial: async (namespace, pod, port) => {
      // As Kubernetes does: to the pod's own loopback, so that what listens there alone can be reached.
      const { namespaces } = kubelet.resolve(namespace, pod)
      if (!namespaces) throw new Error(`pod ${pod} has no network yet`)
      return await connectToLoopback(namespaces.network, port)
    },
    onError,
  })

const report = ({ agents, nodesOff, fabric, services, nodes }: AgentServerOptions): AgentReport => ({
  rss: process.memoryUsage().rss,
  // First: what is put right here is no fault of a part any more.
  network: [...agents().flatMap(({ parts }) => parts.look()), ...fabric().look()],
  nodes: [
    ...agents().map((agent) => nodeReport(agent, nodes.lister.get(agent.node.name), services.lister.size)),
    ...nodesOff().map(reportOff),
  ].sort((one, other) => one.name.localeCompare(other.name, 'en', { numeric: true })),
  fabric: { parts: fabric().states() },
})

/** The parts that are not ready, and why, a line each. */
const unready = ({ agents }: AgentServerOptions): readonly string[] =>
  agents().flatMap(({ node, parts }) =>
    parts
      .states()
      .filter(({ ready }) => !ready)
      .map(({ name, faults }) => `${node.name}, part ${name}: ${faults.join(', ') || 'it is starting'}`),
  )
