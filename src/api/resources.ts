import { deployments } from '#api/apps/deployment/resource.ts'
import { replicaSets } from '#api/apps/replicaset/resource.ts'
import { leases } from '#api/coordination/lease/resource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { endpoints } from '#api/core/endpoints/resource.ts'
import { events } from '#api/core/event/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { serviceAccounts } from '#api/core/serviceaccount/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { groupVersion, type Resource } from './resource.ts'

/**
 * What is served, in the order in which discovery names it: the core group first, then the groups as Kubernetes prefers
 * them.
 */
export const resources: readonly Resource[] = [
  configMaps,
  endpoints,
  events,
  namespaces,
  nodes,
  pods,
  secrets,
  serviceAccounts,
  services,
  deployments,
  replicaSets,
  leases,
  endpointSlices,
]

const byPath = new Map(resources.map((resource) => [`${resource.group}/${resource.plural}`, resource]))
const byKind = new Map(resources.map((resource) => [`${groupVersion(resource)} ${resource.kind}`, resource]))

/**
 * The resource of a path: `resourceFor('apps', 'deployments')`; the core group is ''. Undefined when it is not served.
 */
export const resourceFor = (group: string, plural: string): Resource | undefined => byPath.get(`${group}/${plural}`)

/** The resource that stores a kind: `resourceForKind('apps/v1', 'Deployment')`. Undefined when it is not served. */
export const resourceForKind = (apiVersion: string, kind: string): Resource | undefined =>
  byKind.get(`${apiVersion} ${kind}`)
