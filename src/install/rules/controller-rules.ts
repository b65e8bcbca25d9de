import type { PolicyRule } from '#api/rbac/rule.ts'
import type { PartName } from '#incluster/settings/part-name.ts'
import { mergedRules } from './merged-rules.ts'
import { POOLS } from './part-rules.ts'

const rule = (apiGroup: string, verbs: readonly string[], ...resources: readonly string[]): PolicyRule => ({
  apiGroups: [apiGroup],
  resources,
  verbs,
})
const READ = ['get', 'list', 'watch'] as const
const KEEP = ['create', 'delete', 'list', 'update', 'watch'] as const

const GATEWAY_API = 'gateway.networking.k8s.io'
const ROUTES = ['grpcroutes', 'httproutes', 'tcproutes', 'tlsroutes', 'udproutes']
const WITH_STATUS = ['backendtlspolicies', 'gatewayclasses', 'gateways', 'listenersets', ...ROUTES]

const EVENTS = rule('', ['create', 'patch'], 'events')

/** What one process of the cluster does for each part. */
const OF_CONTROLLER: Readonly<Partial<Record<PartName, readonly PolicyRule[]>>> = {
  network: [EVENTS, rule('', ['list', 'patch', 'watch'], 'nodes')],
  balancer: [
    EVENTS,
    ...POOLS,
    rule('', ['list', 'update', 'watch'], 'services'),
    rule('', ['update'], 'services/status'),
    rule('', ['list', 'watch'], 'namespaces'),
  ],
  gateway: [
    EVENTS,
    rule('apiextensions.k8s.io', ['list', 'watch'], 'customresourcedefinitions'),
    // What it gives to the gateways' pods it must have itself.
    rule('', READ, 'configmaps', 'namespaces', 'secrets', 'services'),
    rule('', ['list', 'watch'], 'pods'),
    rule('discovery.k8s.io', READ, 'endpointslices'),
    rule('networking.k8s.io', READ, 'ingressclasses', 'ingresses'),
    rule(GATEWAY_API, READ, ...WITH_STATUS, 'referencegrants'),
    rule(GATEWAY_API, ['patch', 'update'], ...WITH_STATUS.map((one) => `${one}/status`)),
    rule('networking.k8s.io', ['patch', 'update'], 'ingresses/status'),
    // The gateways' pods, and what they stand on.
    rule('', KEEP, 'configmaps', 'serviceaccounts', 'services'),
    rule('', ['patch'], 'configmaps'),
    rule('discovery.k8s.io', KEEP, 'endpointslices'),
    rule('apps', KEEP, 'deployments'),
    rule('policy', KEEP, 'poddisruptionbudgets'),
    rule('rbac.authorization.k8s.io', KEEP, 'clusterrolebindings', 'clusterroles', 'rolebindings', 'roles'),
  ],
}

/** What the controller's ServiceAccount may do in the whole cluster, for these parts. */
export const controllerRules = (parts: readonly PartName[]): readonly PolicyRule[] =>
  mergedRules(parts.flatMap((part) => OF_CONTROLLER[part] ?? []))

/** And in its own namespace: one of its pods leads, by a Lease of that name. */
export const leaseRules = (name: string): readonly PolicyRule[] => [
  rule('coordination.k8s.io', ['create'], 'leases'),
  { ...rule('coordination.k8s.io', ['get', 'update'], 'leases'), resourceNames: [name] },
]
