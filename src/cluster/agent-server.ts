import { chmodSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { NodeAgent } from '#agent/node-agent.ts'
import type { Service } from '#api/core-v1.ts'
import type { Informer } from '#client/informer.ts'
import { connectTcp } from '#kernel/socket.ts'
import type { Kubelet } from '#kubelet/kubelet.ts'
import { createKubeletServer } from '#kubelet/server.ts'
import type { Runtime } from '#runtime/runtime.ts'
import type { AgentReport, NodeReport } from './agent-api.ts'
import type { ClusterConfig } from './config.ts'

export interface AgentServerOptions {
  readonly config: ClusterConfig
  readonly agents: readonly NodeAgent[]
  readonly runtime: Runtime
  readonly services: Informer<Service>
  /** Resolves when every node is Ready and answers. */
  readonly ready: Promise<void>
  readonly onError: (error: unknown) => void
}

/** The agents' own Unix socket: readiness and status for the command line, logs and exec for the API server. */
export const serveAgentApi = async (options: AgentServerOptions): Promise<void> => {
  const { config, agents, runtime, ready } = options
  let isReady = false
  const settled = ready.then(() => {
    isReady = true
  })
  const kubelet = createKubeletServer({
    runtime,
    resolve: (namespace, pod, container, { previous }) => {
      const found = kubeletOf(agents, namespace, pod).resolve(namespace, pod, container || undefined, { previous })
      return { containerId: found.id ?? '', logPath: (previous ? found.previousLogPath : found.logPath) ?? '' }
    },
    dial: (namespace, pod, port) => {
      // As Kubernetes does: to the pod's own loopback, so that what listens there alone can be reached.
      const { namespaces } = kubeletOf(agents, namespace, pod).resolve(namespace, pod)
      if (!namespaces) throw new Error(`pod ${pod} has no network yet`)
      return connectTcp(namespaces.network, '127.0.0.1', port)
    },
    onError: options.onError,
  })
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://agent')
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
    void kubelet.handle(request, response)
  })
  server.on('upgrade', (request, socket, head) => void kubelet.upgrade(request, socket, head))
  server.requestTimeout = 0
  rmSync(config.sockets.agent, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    const mask = process.umask(0o177)
    server.listen(config.sockets.agent, resolve)
    process.umask(mask)
  })
  chmodSync(config.sockets.agent, 0o600)
  await settled
}

/** The kubelet that has the pod; the first one where none has, since its refusal names the pod. */
const kubeletOf = (agents: readonly NodeAgent[], namespace: string, pod: string): Kubelet =>
  (
    agents.find(({ kubelet }) =>
      kubelet.pods().some(({ metadata }) => metadata?.namespace === namespace && metadata.name === pod),
    ) ?? agents[0]!
  ).kubelet

const report = ({ config, agents, services }: AgentServerOptions): AgentReport => ({
  rss: process.memoryUsage().rss,
  nodes: config.nodes.map((node): NodeReport => {
    const agent = agents.find(({ name }) => name === node.name)!
    const state = agent.proxy.state()
    return {
      name: node.name,
      addresses: node.addresses,
      podCidrs: node.podCidrs,
      ready: state.failed.length === 0,
      pods: agent.kubelet.pods().map((pod) => ({
        namespace: pod.metadata?.namespace ?? '',
        name: pod.metadata?.name ?? '',
        phase: pod.status?.phase ?? 'Pending',
        addresses: (pod.status?.podIPs ?? []).map(({ ip }) => ip),
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
