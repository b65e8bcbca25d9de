import type { Deployment } from '#api/apps/deployment/message.ts'
import { deployments } from '#api/apps/deployment/resource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { serviceAccounts } from '#api/core/serviceaccount/resource.ts'
import { podDisruptionBudgets } from '#api/policy/poddisruptionbudget/resource.ts'
import { clusterRoles } from '#api/rbac/clusterrole/resource.ts'
import { clusterRoleBindings } from '#api/rbac/clusterrolebinding/resource.ts'
import { roles } from '#api/rbac/role/resource.ts'
import { roleBindings } from '#api/rbac/rolebinding/resource.ts'
import type { PolicyRule } from '#api/rbac/rule.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { DATA_PLANE_LABELS, DATA_PLANE_NAME as NAME, DATA_PLANE_NAMESPACE as NAMESPACE } from '#routes/data-plane.ts'
import { isManaged, MANAGED_LABELS } from '#routes/site-service.ts'
import { withOwned } from './desired-owned.ts'
import { firstPodSpec, ownedPodSpec } from './desired-pod.ts'

/** An object of the data plane. */
interface WantedObject {
  readonly resource: Resource
  /** As it is made. */
  readonly first: ApiObject
  /** What of it stays so; the rest is whose changes it. */
  readonly owned: object
}

const READ = ['get', 'list', 'watch'] as const
const reads = (apiGroup: string, ...resources: readonly string[]): PolicyRule => ({
  apiGroups: [apiGroup],
  resources,
  verbs: READ,
})
const READS: readonly PolicyRule[] = [
  reads('', 'configmaps', 'namespaces', 'secrets', 'services'),
  reads('discovery.k8s.io', 'endpointslices'),
  reads('networking.k8s.io', 'ingressclasses', 'ingresses'),
  reads(
    'gateway.networking.k8s.io',
    'backendtlspolicies',
    'gatewayclasses',
    'gateways',
    'grpcroutes',
    'httproutes',
    'listenersets',
    'referencegrants',
    'tcproutes',
    'tlsroutes',
    'udproutes',
  ),
]
/** Where a pod says what its proxy has refused, and nothing else. */
const WRITES: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['configmaps'], resourceNames: [NAME], verbs: ['get', 'patch', 'update'] },
]
const CLUSTER_NAME = 'fairlead:gateway'
const SUBJECTS = [{ kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE }] as const
const RBAC = 'rbac.authorization.k8s.io'

const wanted = (
  resource: Resource,
  name: string,
  owned: object = {},
  first: object = {},
  namespace: string | undefined = resource.namespaced ? NAMESPACE : undefined,
): WantedObject => {
  const { group, version, kind } = resource
  const labelled = { metadata: { labels: MANAGED_LABELS }, ...owned }
  const object = {
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind,
    metadata: { name, ...(namespace && { namespace }) },
  }
  return { resource, owned: labelled, first: withOwned({ ...object, ...first }, labelled) as ApiObject }
}

const firstDeployment: Partial<Deployment> = {
  spec: {
    replicas: 1,
    selector: { matchLabels: DATA_PLANE_LABELS },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    template: { spec: firstPodSpec },
  },
}

/**
 * All that the pods of the data plane are and stand on, in the order in which it can be made. `image`: absent, the one that
 * nodes of ours have.
 */
export const dataPlaneObjects = (image?: string): readonly WantedObject[] => [
  wanted(serviceAccounts as unknown as Resource, NAME),
  wanted(clusterRoles as unknown as Resource, CLUSTER_NAME, { rules: READS }),
  wanted(clusterRoleBindings as unknown as Resource, CLUSTER_NAME, {
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: CLUSTER_NAME },
    subjects: SUBJECTS,
  }),
  wanted(roles as unknown as Resource, NAME, { rules: WRITES }),
  wanted(roleBindings as unknown as Resource, NAME, {
    roleRef: { apiGroup: RBAC, kind: 'Role', name: NAME },
    subjects: SUBJECTS,
  }),
  wanted(configMaps as unknown as Resource, NAME),
  wanted(
    deployments as unknown as Resource,
    NAME,
    {
      spec: { template: { metadata: { labels: DATA_PLANE_LABELS }, spec: ownedPodSpec(image) } },
    },
    firstDeployment,
  ),
  // One at a time: it never holds up the eviction of a pod that is alone.
  wanted(
    podDisruptionBudgets as unknown as Resource,
    NAME,
    {},
    {
      spec: { maxUnavailable: 1, selector: { matchLabels: DATA_PLANE_LABELS } },
    },
  ),
]

/** What is to be done about an object of the data plane. `foreign`: somebody else has one of this name. */
type Keeping = { readonly do: 'nothing' | 'foreign' } | { readonly do: 'create' | 'update'; readonly object: ApiObject }

export const keeping = (wanted: WantedObject, current: ApiObject | undefined): Keeping => {
  if (current === undefined) return { do: 'create', object: wanted.first }
  if (!isManaged(current)) return { do: 'foreign' }
  const object = withOwned(current, wanted.owned)
  return object === current ? { do: 'nothing' } : { do: 'update', object }
}
