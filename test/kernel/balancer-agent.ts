import { ProcessSources } from '#agent/process-sources.ts'
import { type AgentNode, kernelAt } from '#agent/runner/agent-node.ts'
import type { PartDefinition } from '#agent/runner/part.ts'
import { Parts } from '#agent/runner/parts.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { Client } from '#client/client.ts'
import { Informers } from '#client/informer.ts'
import { systemClock } from '#clock/clock.ts'
import { FakeRuntime } from '#kubelet/testing/fake-runtime.ts'

interface BalancerAgent {
  readonly parts: Parts<AgentNode>
  readonly abort: AbortController
}

/** A node's agent that runs one part, in the network namespace at `path`; only the API is in memory. */
export const startAgent = (
  name: string,
  path: string,
  client: Client,
  part: PartDefinition<AgentNode>,
  more: Partial<AgentNode> = {},
): BalancerAgent => {
  const abort = new AbortController()
  const informers = new Informers(client, { clock: systemClock, random: Math.random, signal: abort.signal })
  const sources = new ProcessSources({
    client,
    informers,
    runtime: new FakeRuntime(systemClock),
    dns: { domain: 'cluster.local', addresses: [], nameservers: undefined },
    log: () => {},
  })
  const here = { name, kernel: kernelAt(path), client, clock: systemClock, random: Math.random, log: () => {} }
  const place = { ...here, ...more } as unknown as AgentNode
  return { parts: new Parts({ place, definitions: [part], sources }), abort }
}

/** A Node that is Ready, and a Service that has addresses. */
export const readyNode = (name: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
})
export const balancedService = (...addresses: readonly string[]): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
  status: { loadBalancer: { ingress: addresses.map((ip) => ({ ip })) } },
})
