import type { MessageClass } from '#schema/schema.ts'
import { Deployment, DeploymentList, ReplicaSet, ReplicaSetList } from './apps-v1.ts'
import { Lease, LeaseList } from './coordination-v1.ts'
import {
  ConfigMap,
  ConfigMapList,
  Endpoints,
  EndpointsList,
  Event,
  EventList,
  Namespace,
  NamespaceList,
  Node,
  NodeList,
  Pod,
  PodList,
  Secret,
  SecretList,
  Service,
  ServiceAccount,
  ServiceAccountList,
  ServiceList,
} from './core-v1.ts'
import { EndpointSlice, EndpointSliceList } from './discovery-v1.ts'
import { type ApiObject, groupVersion, type Resource } from './resource.ts'

interface Names {
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  readonly subresources?: readonly string[]
  /** False for what belongs to the cluster: nodes, namespaces. */
  readonly namespaced?: boolean
}

const resource = <T extends ApiObject>(
  plural: string,
  message: MessageClass<T>,
  list: MessageClass<unknown>,
  { shortNames = [], categories = [], subresources = [], namespaced = true }: Names = {},
): Resource<T> => {
  const [apiVersion, kind] = message.gvk!
  const slash = apiVersion.indexOf('/')
  return {
    group: apiVersion.slice(0, Math.max(slash, 0)),
    version: apiVersion.slice(slash + 1),
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames,
    categories,
    namespaced,
    subresources,
    message,
    list,
  }
}

export const namespaces = resource('namespaces', Namespace, NamespaceList, {
  shortNames: ['ns'],
  subresources: ['finalize', 'status'],
  namespaced: false,
})
export const nodes = resource('nodes', Node, NodeList, {
  shortNames: ['no'],
  subresources: ['proxy', 'status'],
  namespaced: false,
})
export const pods = resource('pods', Pod, PodList, {
  shortNames: ['po'],
  categories: ['all'],
  subresources: ['attach', 'binding', 'eviction', 'exec', 'log', 'portforward', 'proxy', 'status'],
})
export const services = resource('services', Service, ServiceList, {
  shortNames: ['svc'],
  categories: ['all'],
  subresources: ['proxy', 'status'],
})
export const endpoints = resource('endpoints', Endpoints, EndpointsList, { shortNames: ['ep'] })
export const configMaps = resource('configmaps', ConfigMap, ConfigMapList, { shortNames: ['cm'] })
export const secrets = resource('secrets', Secret, SecretList)
export const serviceAccounts = resource('serviceaccounts', ServiceAccount, ServiceAccountList, {
  shortNames: ['sa'],
  subresources: ['token'],
})
export const events = resource('events', Event, EventList, { shortNames: ['ev'] })
export const deployments = resource('deployments', Deployment, DeploymentList, {
  shortNames: ['deploy'],
  categories: ['all'],
  subresources: ['scale', 'status'],
})
export const replicaSets = resource('replicasets', ReplicaSet, ReplicaSetList, {
  shortNames: ['rs'],
  categories: ['all'],
  subresources: ['scale', 'status'],
})
export const endpointSlices = resource('endpointslices', EndpointSlice, EndpointSliceList)
export const leases = resource('leases', Lease, LeaseList)

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
