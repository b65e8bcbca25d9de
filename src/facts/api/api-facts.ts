import { deployments } from '#api/apps/deployment/resource.ts'
import { replicaSets } from '#api/apps/replicaset/resource.ts'
import { events } from '#api/core/event/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { networkPolicies } from '#api/networking/networkpolicy/resource.ts'
import { ServiceCIDR, ServiceCIDRList } from '#api/networking/servicecidr/message.ts'
import { clusterNetworkPolicies } from '#api/policynetworking/clusternetworkpolicy/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { ApiError, type Client } from '#client/client.ts'
import type { ClusterFacts } from '#explain/cluster/facts.ts'
import type { Unseen, UnseenResource } from '#explain/trace/unseen.ts'
import { containsAddress, formatCidr, tryParseCidr } from '#net/cidr.ts'
import { tryParseAddress } from '#net/ip-address.ts'
import { podAddresses } from '#objects/pod.ts'
import { gatherGateways, labelsByName } from '../gateway-facts.ts'
import { gatherGatewayObjects } from '../gateway-objects.ts'
import { gatherVolumes } from '../volume-facts.ts'
import { rangeOfServices } from './covering-cidr.ts'

/** Since Kubernetes 1.33; before, no API tells the range of Services. */
const serviceCidrs: Resource<ServiceCIDR> = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  singular: 'servicecidr',
  shortNames: [],
  categories: [],
  namespaced: false,
  message: ServiceCIDR,
  list: ServiceCIDRList,
}

interface ApiFactsOptions {
  /** `https://203.0.113.1:6443` */
  readonly server: string
  readonly serviceCidrs?: readonly string[]
  readonly clusterDomain: string
}

/**
 * What `fairlead explain` can know of any cluster: what its API tells, and in `unseen` what it does not.
 * Rejects with an ApiError where nodes, pods, Services or EndpointSlices may not be listed, or with a transport's
 * error.
 */
export async function gatherApiFacts(client: Client, options: ApiFactsOptions): Promise<ClusterFacts> {
  const unseen: Unseen[] = []
  const objects = gatherGatewayObjects(client)
  // Of an error of the others is told; this one is waited for at the end.
  objects.catch(() => undefined)
  const seen = async <T extends ApiObject>(resource: Resource<T>): Promise<readonly T[] | undefined> => {
    try {
      return (await client.list(resource)).items
    } catch (error) {
      const { code } = error instanceof ApiError ? error.status : {}
      if (code !== 403 && code !== 404) throw error
      // Most clusters have no such kind, and lack nothing.
      if (code === 404 && resource.kind === clusterNetworkPolicies.kind) return []
      const plural = resource.plural as UnseenResource
      unseen.push({ code: 'resource', resource: plural, why: code === 403 ? 'forbidden' : 'not-served' })
      return undefined
    }
  }
  const tolerant = async <T extends ApiObject>(resource: Resource<T>): Promise<readonly T[]> =>
    (await seen(resource)) ?? []
  const [service, slice, pod, node, deployment, replicaSet, event, namespace, policy, clusterPolicy, cidr] =
    await Promise.all([
      client.list(services),
      client.list(endpointSlices),
      client.list(pods),
      client.list(nodes),
      tolerant(deployments),
      tolerant(replicaSets),
      tolerant(events),
      seen(namespaces),
      seen(networkPolicies),
      seen(clusterNetworkPolicies),
      options.serviceCidrs === undefined ? servicesRange(client) : [],
    ])
  const storage = await gatherVolumes(pod.items, seen)
  const namespaceLabels = labelsByName(namespace ?? [])
  const known = { services: service.items, pods: pod.items, namespaceLabels }
  const gateways = await gatherGateways(client, await objects, known)
  const podRanges = podCidrsOf(node.items, pod.items)
  if (podRanges.guessed) unseen.push({ code: 'pod-ranges' })
  let ranges = options.serviceCidrs ?? cidr
  if (ranges.length === 0) {
    ranges = inferred(service.items, pod.items, node.items)
    unseen.push({ code: 'service-range', known: ranges })
  }
  return {
    services: service.items,
    slices: slice.items,
    pods: pod.items,
    nodes: node.items,
    deployments: deployment,
    replicaSets: replicaSet,
    events: event,
    namespaces: (namespace ?? []).map(({ metadata }) => metadata?.name ?? ''),
    namespaceLabels,
    ...(gateways && { gateways }),
    // Of the labels of namespaces hangs whom they mean, of each kind of them what the other says.
    ...(namespace && policy && clusterPolicy && { policies: { policies: policy, clusterPolicies: clusterPolicy } }),
    ...(storage && { storage }),
    network: {
      foreign: true,
      podCidrs: podRanges.cidrs,
      serviceCidrs: ranges,
      loadBalancerCidrs: service.items.flatMap(ingressCidrs),
      hostAddresses: [],
      clusterDomain: options.clusterDomain,
      nodePortRange: { from: 30000, to: 32767 },
      nodePortAddresses: [],
      loadBalancer: 'pool',
      egress: true,
    },
    listening: {},
    kernels: [],
    refused: [],
    images: [],
    unseen: [
      { code: 'api-only', server: options.server },
      { code: 'listeners-and-kernels' },
      { code: 'proxy-flags' },
      ...((policy ?? []).length + (clusterPolicy ?? []).length > 0 ? [{ code: 'policies-kept' } as const] : []),
      ...unseen,
    ],
  }
}

/** Of its ServiceCIDR objects; none where it has no such objects, or does not show them. */
async function servicesRange(client: Client): Promise<readonly string[]> {
  try {
    return (await client.list(serviceCidrs)).items.flatMap(({ spec }) => spec?.cidrs ?? [])
  } catch (error) {
    if (error instanceof ApiError) return []
    throw error
  }
}

const parsed = (texts: readonly string[]) => texts.flatMap((text) => tryParseAddress(text) ?? [])

const inferred = (all: readonly Service[], running: readonly Pod[], machines: readonly Node[]): readonly string[] =>
  rangeOfServices(
    parsed(all.flatMap(({ spec }) => spec?.clusterIPs ?? [])),
    parsed([
      ...running.flatMap(podAddresses),
      ...machines.flatMap(({ status }) => (status?.addresses ?? []).map(({ address }) => address)),
    ]),
  ).map(formatCidr)

const single = (address: string): string => `${address}/${address.includes(':') ? 128 : 32}`

function podCidrsOf(all: readonly Node[], running: readonly Pod[]) {
  const cidrs = all.flatMap(({ spec }) =>
    spec?.podCIDRs?.length ? spec.podCIDRs : spec?.podCIDR ? [spec.podCIDR] : [],
  )
  // A pod network may give out addresses by a plan of its own.
  const known = cidrs.flatMap((text) => tryParseCidr(text) ?? [])
  const covered = (ip: string) => {
    const address = tryParseAddress(ip)
    return address !== undefined && known.some((cidr) => containsAddress(cidr, address))
  }
  const addresses = running
    .filter(({ spec, status }) => !spec?.hostNetwork && status?.phase === 'Running')
    .flatMap(podAddresses)
  return {
    cidrs: [...new Set([...cidrs, ...addresses.filter((ip) => !covered(ip)).map(single)])],
    guessed: cidrs.length === 0,
  }
}

const ingressCidrs = ({ status }: Service): readonly string[] =>
  (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [single(ip)] : []))
