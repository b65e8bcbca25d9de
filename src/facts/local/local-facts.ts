import { readFileSync } from 'node:fs'
import { LEAVABLE } from '#agent/left-out.ts'
import { type AgentReport, getJson, type NodeReport } from '#agent/server/agent-api.ts'
import { deployments } from '#api/apps/deployment/resource.ts'
import { replicaSets } from '#api/apps/replicaset/resource.ts'
import { events } from '#api/core/event/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import type { Client } from '#client/client.ts'
import { type ClusterConfig, leaves } from '#cluster/config.ts'
import type { ClusterFacts, ListeningSocket } from '#explain/cluster/facts.ts'
import type { Unseen } from '#explain/trace/unseen.ts'
import { namespacePath } from '#kernel/namespaces/namespace.ts'
import { listeningSockets } from '#kernel/sockets/listening-sockets.ts'
import { parseResolvConf, type ResolvConf } from '#names/resolv-conf.ts'
import { gatherGateways, labelsByName } from '../gateway-facts.ts'
import { gatherGatewayObjects } from '../gateway-objects.ts'
import { gatherPolicies } from '../policy-facts.ts'
import { gatherVolumes } from '../volume-facts.ts'
import { namespacePathOf } from './pod-namespace.ts'

/** Every image that this machine can give without a registry, in the short form that people write. */
const IMAGES = ['fairlead/echo', 'fairlead/host']

const AGENT_TIMEOUT_MS = 2000

/**
 * What `fairlead explain` needs to know of a local cluster: its objects, its plan, and what listens where. Rejects with
 * an ApiError or a transport's error.
 */
export async function gatherFacts(client: Client, config: ClusterConfig): Promise<ClusterFacts> {
  const objects = gatherGatewayObjects(client)
  // Of an error of the others is told; this one is waited for at the end.
  objects.catch(() => undefined)
  const [service, slice, pod, node, deployment, replicaSet, event, namespace, policies, report] = await Promise.all([
    client.list(services),
    client.list(endpointSlices),
    client.list(pods),
    client.list(nodes),
    client.list(deployments),
    client.list(replicaSets),
    client.list(events),
    client.list(namespaces),
    gatherPolicies(client),
    // Agents that do not answer are no fault of the question: kernels forward without them.
    getJson<AgentReport>(config.sockets.agent, '/status', AGENT_TIMEOUT_MS).catch(() => undefined),
  ])
  const storage = await gatherVolumes(pod.items, async (resource) => (await client.list(resource)).items)
  const namespaceLabels = labelsByName(namespace.items)
  const known = { services: service.items, pods: pod.items, namespaceLabels }
  const gateways = await gatherGateways(client, await objects, known)
  return {
    services: service.items,
    slices: slice.items,
    pods: pod.items,
    nodes: node.items,
    deployments: deployment.items,
    replicaSets: replicaSet.items,
    events: event.items,
    namespaces: namespace.items.map(({ metadata }) => metadata?.name ?? ''),
    namespaceLabels,
    ...(gateways && { gateways }),
    ...(storage && { storage }),
    policies,
    network: {
      podCidrs: config.clusterCidr,
      serviceCidrs: config.serviceCidr,
      loadBalancerCidrs: config.loadBalancerCidr,
      hostAddresses: config.host.addresses,
      clusterDomain: config.clusterDomain,
      resolvConf: readResolvConf('/etc/resolv.conf'),
      dnsOnNodes: !leaves(config, 'dns'),
      nodePortRange: config.nodePortRange,
      nodePortAddresses: config.nodePortAddresses,
      loadBalancer: config.loadBalancer,
      egress: config.egress,
    },
    listening: listening(config, pod.items),
    kernels: (report?.nodes ?? []).filter(isWritten).map(({ name }) => name),
    refused: (report?.nodes ?? []).flatMap(({ name, dataplane }) =>
      dataplane.failed.map(({ service, message }) => ({ node: name, service, message })),
    ),
    images: IMAGES,
    unseen: unseenOf(config, report),
  }
}

/** All that it knows of stands in the node's kernel, but for what that refused. */
const isWritten = ({ dataplane }: NodeReport): boolean => dataplane.appliedAt !== undefined && dataplane.pending === 0

function unseenOf(config: ClusterConfig, report: AgentReport | undefined): readonly Unseen[] {
  const ofOthers = LEAVABLE.filter((what) => leaves(config, what)).map((what) => ({ code: 'of-others', what }) as const)
  // Agents that do not look after Services have nothing to tell of them.
  if (leaves(config, 'proxy')) return ofOthers
  if (report === undefined) return [{ code: 'agents' }, ...ofOthers]
  const { nodes } = config
  const behind = report.nodes.filter((one) => !isWritten(one)).map(({ name }) => name)
  const silent = nodes.map(({ name }) => name).filter((name) => !report.nodes.some((one) => one.name === name))
  return [
    ...ofOthers,
    ...(behind.length > 0 ? [{ code: 'kernels-behind', nodes: behind } as const] : []),
    ...(silent.length > 0 ? [{ code: 'kernels-silent', nodes: silent } as const] : []),
  ]
}

/** Undefined where it cannot be read: then it is not known whom the machine asks. */
function readResolvConf(path: string): ResolvConf | undefined {
  try {
    return parseResolvConf(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function listening(config: ClusterConfig, all: readonly Pod[]): Record<string, readonly ListeningSocket[]> {
  const found: Record<string, readonly ListeningSocket[]> = {}
  const note = (key: string, path: string | undefined): void => {
    if (path === undefined) return
    try {
      found[key] = listeningSockets(path)
    } catch {
      // It may be gone by now, or be another user's: then it is not known what listens there.
    }
  }
  note('host', '/proc/self/ns/net')
  for (const node of config.nodes) note(`node/${node.name}`, namespacePath(node.namespace))
  for (const pod of all) note(`pod/${pod.metadata?.uid}`, namespacePathOf(config, pod))
  return found
}
