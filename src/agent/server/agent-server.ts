import { chmodSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { NodeAgent } from '#agent/node-agent.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { Informer } from '#client/informer.ts'
import { connectTcp } from '#kernel/socket.ts'
import type { Kubelet } from '#kubelet/kubelet.ts'
import { createKubeletServer, type KubeletServer } from '#kubelet/server.ts'
import { refuseUpgrade, statusObject } from '#kubelet/streaming/upgrade.ts'
import { isReady } from '#objects/conditions.ts'
import { podAddresses } from '#objects/pod.ts'
import type { Runtime } from '#runtime/runtime.ts'
import { type AgentReport, kubeletPath, type NodeReport } from './agent-api.ts'

export interface AgentServerOptions {
  /** The cluster's name. */
  readonly cluster: string
  /** Where it listens: a Unix socket, mode 0600. */
  readonly socket: string
  readonly agents: readonly NodeAgent[]
  readonly runtime: Runtime
  readonly services: Informer<Service>
  readonly nodes: Informer<Node>
  /** What of the networks somebody has changed, in words. */
  readonly network: { look(): readonly string[] }
  /** Resolves when every node is Ready and answers. */
  readonly ready: Promise<void>
  readonly onError: (error: unknown) => void
}

/**
 * The agents' own Unix socket: readiness and status for the command line, logs and exec for the API server. Resolves,
 * once they are ready, with what ends it.
 */
export const serveAgentApi = async (options: AgentServerOptions): Promise<() => void> => {
  const { cluster, socket, agents, ready } = options
  let isReady = false
  const settled = ready.then(() => {
    isReady = true
  })
  const kubelets = new Map(agents.map((agent) => [kubeletPath(agent.name), kubeletServer(agent.kubelet, options)]))
  /** The kubelet that a request is for, which then sees its own path alone; undefined for a node that is none of ours. */
  const kubeletOf = (request: IncomingMessage): KubeletServer | undefined => {
    const [, prefix = '', path = ''] = /^(\/nodes\/[^/?]+)(.*)$/s.exec(request.url ?? '') ?? []
    request.url = path.startsWith('/') ? path : `/${path}`
    return kubelets.get(prefix)
  }
  const server = createServer((request, response) => {
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
      if (isReady || !url.searchParams.has('wait')) {
        answer(isReady ? 200 : 503, isReady ? '{"ready":true}' : 'not ready')
        return
      }
      settled.then(
        () => answer(200, '{"ready":true}'),
        (error: Error) => answer(500, error.message),
      )
      return
    }
    if (url.pathname === '/status') {
      answer(200, JSON.stringify(report(options)))
      return
    }
    response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(nobody(asked, cluster)))
  })
  server.on('upgrade', (request, socket, head) => {
    const kubelet = kubeletOf(request)
    if (kubelet) void kubelet.upgrade(request, socket, head)
    else refuseUpgrade({ request, socket, head }, nobody(request.url ?? '', cluster))
  })
  server.requestTimeout = 0
  rmSync(socket, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    const mask = process.umask(0o177)
    server.listen(socket, resolve)
    process.umask(mask)
  })
  chmodSync(socket, 0o600)
  await settled
  return () => {
    server.close()
    server.closeAllConnections()
  }
}

const nobody = (path: string, cluster: string) => statusObject(404, `no kubelet of cluster ${cluster} serves ${path}`)

const kubeletServer = (kubelet: Kubelet, { runtime, onError }: AgentServerOptions): KubeletServer =>
  createKubeletServer({
    runtime,
    resolve: (namespace, pod, container, { previous }) => {
      const found = kubelet.resolve(namespace, pod, container || undefined, { previous })
      return { containerId: found.id ?? '', logPath: (previous ? found.previousLogPath : found.logPath) ?? '' }
    },
    pods: () => kubelet.pods(),
    dial: (namespace, pod, port) => {
      // As Kubernetes does: to the pod's own loopback, so that what listens there alone can be reached.
      const { namespaces } = kubelet.resolve(namespace, pod)
      if (!namespaces) throw new Error(`pod ${pod} has no network yet`)
      return connectTcp(namespaces.network, '127.0.0.1', port)
    },
    onError,
  })

/** A Node that somebody deleted is not: its pods are nobody's any more. */
const isNodeReady = (node: Node | undefined): boolean => node !== undefined && isReady(node)

const report = ({ agents, services, nodes, network }: AgentServerOptions): AgentReport => ({
  rss: process.memoryUsage().rss,
  network: network.look(),
  nodes: agents.map((agent): NodeReport => {
    const state = agent.proxy.state()
    return {
      name: agent.name,
      addresses: agent.addresses,
      podCidrs: agent.podCidrs,
      ready: state.failed.length === 0 && isNodeReady(nodes.lister.get(agent.name)),
      pods: agent.kubelet.pods().map((pod) => ({
        namespace: pod.metadata?.namespace ?? '',
        name: pod.metadata?.name ?? '',
        phase: pod.status?.phase ?? 'Pending',
        addresses: podAddresses(pod),
      })),
      dataplane: {
        services: services.lister.size,
        pending: state.pending,
        appliedAt: state.appliedAt === undefined ? undefined : new Date(state.appliedAt).toISOString(),
        failed: state.failed.map(({ service, error, retryAt }) => ({
          service,
          message: error,
          retryAt: new Date(retryAt).toISOString(),
        })),
      },
    }
  }),
})
