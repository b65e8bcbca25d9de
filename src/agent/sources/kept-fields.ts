import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import type { Resource } from '#api/resource.ts'
import { keptResource } from '#client/kept-resource.ts'
import { ENDPOINT_WEIGHT_ANNOTATION, TRIGGER_TIME_ANNOTATION } from '#objects/well-known.ts'

const container = { name: true, ports: true, restartPolicy: true } as const

/**
 * What the parts of a node read that has no kubelet of ours: proxy, network, policy and DNS. Each object of the cluster
 * is held by each of its nodes; the rest of it, who owns its fields first of all, would be most of what an agent weighs.
 */
export const KEPT_FIELDS: readonly Resource[] = [
  keptResource(services, {
    metadata: { labels: true, creationTimestamp: true, deletionTimestamp: true },
    spec: {
      ports: true,
      clusterIP: true,
      clusterIPs: true,
      type: true,
      externalIPs: true,
      sessionAffinity: true,
      sessionAffinityConfig: true,
      loadBalancerSourceRanges: true,
      loadBalancerClass: true,
      externalName: true,
      externalTrafficPolicy: true,
      internalTrafficPolicy: true,
      healthCheckNodePort: true,
      publishNotReadyAddresses: true,
      ipFamilies: true,
    },
    status: { loadBalancer: true },
  }),
  keptResource(endpointSlices, {
    metadata: { labels: true, annotations: [TRIGGER_TIME_ANNOTATION, ENDPOINT_WEIGHT_ANNOTATION] },
    addressType: true,
    endpoints: { addresses: true, conditions: true, hostname: true, nodeName: true, hints: true },
    ports: true,
  }),
  keptResource(pods, {
    metadata: { labels: true, creationTimestamp: true, deletionTimestamp: true },
    spec: {
      nodeName: true,
      hostNetwork: true,
      hostname: true,
      subdomain: true,
      containers: container,
      initContainers: container,
    },
    status: { phase: true, podIP: true, podIPs: true, hostIP: true, hostIPs: true },
  }),
  keptResource(nodes, {
    metadata: { labels: true, annotations: true, creationTimestamp: true, deletionTimestamp: true },
    spec: true,
    status: { addresses: true, conditions: true, nodeInfo: true },
  }),
  keptResource(namespaces, { metadata: { labels: true, deletionTimestamp: true }, status: true }),
].map((resource) => resource as unknown as Resource)
