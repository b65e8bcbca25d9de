import type { ClusterRole } from '#api/rbac/clusterrole/message.ts'
import type { PolicyRule } from '#api/rbac/rule.ts'
import { clusterRole, EVENTS, READ, rule } from './declare.ts'
import { storageControllerRules } from './storage-controller-roles.ts'

const WORKLOADS = 'apps extensions'
const CERTIFICATES = 'certificates.k8s.io'
const SIGNERS = 'kube-apiserver-client kube-apiserver-client-kubelet kubelet-serving legacy-unknown'

/** What a workload's controller needs: its kind, and the pods that it makes. */
const ofWorkload = (groups: string, plural: string): readonly PolicyRule[] => [
  rule(`${READ} update`, groups, plural),
  rule('update', groups, `${plural}/status`),
  rule('update', groups, `${plural}/finalizers`),
  rule('create delete list patch watch', 'core', 'pods'),
  EVENTS,
]

/** By the controller's name, which is that of its ServiceAccount in kube-system too. */
const RULES: Readonly<Record<string, readonly PolicyRule[]>> = {
  'clusterrole-aggregation-controller': [
    rule(`escalate ${READ} patch update`, 'rbac.authorization.k8s.io', 'clusterroles'),
  ],
  'cronjob-controller': [
    rule(`${READ} update`, 'batch', 'cronjobs'),
    rule(`${READ} create delete patch update`, 'batch', 'jobs'),
    rule('update', 'batch', 'cronjobs/status'),
    rule('update', 'batch', 'cronjobs/finalizers'),
    rule('delete list watch', 'core', 'pods'),
    EVENTS,
  ],
  'daemon-set-controller': [
    rule(READ, WORKLOADS, 'daemonsets'),
    rule('update', WORKLOADS, 'daemonsets/status'),
    rule('update', WORKLOADS, 'daemonsets/finalizers'),
    rule('list watch', 'core', 'nodes'),
    rule('create delete list patch watch', 'core', 'pods'),
    rule('create', 'core', 'pods/binding'),
    rule(`${READ} create delete patch update`, 'apps', 'controllerrevisions'),
    EVENTS,
  ],
  'deployment-controller': [
    rule(`${READ} update`, WORKLOADS, 'deployments'),
    rule('update', WORKLOADS, 'deployments/status'),
    rule('update', WORKLOADS, 'deployments/finalizers'),
    rule(`${READ} create delete patch update`, WORKLOADS, 'replicasets'),
    rule(`${READ} update`, 'core', 'pods'),
    EVENTS,
  ],
  'disruption-controller': [
    rule(READ, WORKLOADS, 'deployments'),
    rule(READ, WORKLOADS, 'replicasets'),
    rule(READ, 'core', 'replicationcontrollers'),
    rule(READ, 'policy', 'poddisruptionbudgets'),
    rule(READ, 'apps', 'statefulsets'),
    rule('update', 'policy', 'poddisruptionbudgets/status'),
    rule('patch update', 'core', 'pods/status'),
    rule('get', '*', '*/scale'),
    EVENTS,
  ],
  'endpoint-controller': [
    rule(READ, 'core', 'pods services'),
    rule(`${READ} create delete update`, 'core', 'endpoints'),
    rule('create', 'core', 'endpoints/restricted'),
    EVENTS,
  ],
  'endpointslice-controller': [
    rule(READ, 'core', 'nodes pods services'),
    rule('update', 'core', 'services/finalizers'),
    rule(`${READ} create delete update`, 'discovery.k8s.io', 'endpointslices'),
    EVENTS,
  ],
  'endpointslicemirroring-controller': [
    rule(READ, 'core', 'endpoints services'),
    rule('update', 'core', 'services/finalizers'),
    rule('update', 'core', 'endpoints/finalizers'),
    rule(`${READ} create delete update`, 'discovery.k8s.io', 'endpointslices'),
    EVENTS,
  ],
  'resource-claim-controller': [
    rule(READ, 'core', 'pods'),
    rule('update', 'core', 'pods/finalizers'),
    rule(`${READ} create delete`, 'resource.k8s.io', 'resourceclaims'),
    rule('patch update', 'resource.k8s.io', 'resourceclaims resourceclaims/status'),
    rule('patch update', 'core', 'pods/status'),
    EVENTS,
    rule('patch update', 'resource.k8s.io', 'resourceclaims/binding'),
  ],
  'device-taint-eviction-controller': [
    rule(`${READ} delete`, 'core', 'pods'),
    rule('patch update', 'core', 'pods/status'),
    rule(READ, 'resource.k8s.io', 'resourceclaims'),
    rule(READ, 'resource.k8s.io', 'resourceslices'),
    rule(READ, 'resource.k8s.io', 'deviceclasses'),
    EVENTS,
  ],
  'generic-garbage-collector': [rule(`${READ} delete patch update`, '*', '*'), EVENTS],
  'horizontal-pod-autoscaler': [
    rule(READ, 'autoscaling', 'horizontalpodautoscalers'),
    rule('update', 'autoscaling', 'horizontalpodautoscalers/status'),
    rule('get update', '*', '*/scale'),
    rule('list watch', 'core', 'pods'),
    rule('list watch', 'metrics.k8s.io', 'pods'),
    rule(READ, 'custom.metrics.k8s.io', '*'),
    rule(READ, 'external.metrics.k8s.io', '*'),
    EVENTS,
  ],
  'job-controller': [
    rule(`${READ} patch update`, 'batch', 'jobs'),
    rule('update', 'batch', 'jobs/status'),
    rule('update', 'batch', 'jobs/finalizers'),
    rule('create delete list patch watch', 'core', 'pods'),
    EVENTS,
  ],
  'namespace-controller': [
    rule(`${READ} delete`, 'core', 'namespaces'),
    rule('update', 'core', 'namespaces/finalize namespaces/status'),
    rule(`${READ} delete deletecollection`, '*', '*'),
  ],
  'node-controller': [
    rule(`${READ} delete patch update`, 'core', 'nodes'),
    rule('patch update', 'core', 'nodes/status'),
    rule('patch update', 'core', 'pods/status'),
    rule(`${READ} delete`, 'core', 'pods'),
    rule(READ, 'coordination.k8s.io', 'leases'),
    EVENTS,
  ],
  'pod-garbage-collector': [
    rule('delete list watch', 'core', 'pods'),
    rule(READ, 'core', 'nodes'),
    rule('patch', 'core', 'pods/status'),
  ],
  'replicaset-controller': ofWorkload(WORKLOADS, 'replicasets'),
  'replication-controller': ofWorkload('core', 'replicationcontrollers'),
  'resourcequota-controller': [rule('list watch', '*', '*'), rule('update', 'core', 'resourcequotas/status'), EVENTS],
  'route-controller': [rule('list watch', 'core', 'nodes'), rule('patch', 'core', 'nodes/status'), EVENTS],
  'service-account-controller': [rule('create', 'core', 'serviceaccounts'), EVENTS],
  'service-controller': [
    rule(READ, 'core', 'services'),
    rule('patch update', 'core', 'services/status'),
    rule('list watch', 'core', 'nodes'),
    EVENTS,
  ],
  'service-cidrs-controller': [
    rule(`${READ} patch update`, 'networking.k8s.io', 'servicecidrs'),
    rule('patch update', 'networking.k8s.io', 'servicecidrs/finalizers'),
    rule('patch update', 'networking.k8s.io', 'servicecidrs/status'),
    rule(READ, 'networking.k8s.io', 'ipaddresses'),
    EVENTS,
  ],
  'statefulset-controller': [
    rule('list watch', 'core', 'pods'),
    rule(READ, 'apps', 'statefulsets'),
    rule('update', 'apps', 'statefulsets/status'),
    rule('update', 'apps', 'statefulsets/finalizers'),
    rule('create delete get patch update', 'core', 'pods'),
    rule(`${READ} create delete patch update`, 'apps', 'controllerrevisions'),
    rule(`${READ} create`, 'core', 'persistentvolumeclaims'),
    rule('delete update', 'core', 'persistentvolumeclaims'),
    rule('update', 'core', 'pods/finalizers'),
    EVENTS,
  ],
  'ttl-controller': [rule('list patch update watch', 'core', 'nodes'), EVENTS],
  'certificate-controller': [
    rule(`${READ} delete`, CERTIFICATES, 'certificatesigningrequests'),
    rule('update', CERTIFICATES, 'certificatesigningrequests/approval certificatesigningrequests/status'),
    rule('approve', CERTIFICATES, 'signers', 'kubernetes.io/kube-apiserver-client-kubelet'),
    rule('sign', CERTIFICATES, 'signers', SIGNERS.replace(/\S+/g, 'kubernetes.io/$&')),
    rule('create', 'authorization.k8s.io', 'subjectaccessreviews'),
    EVENTS,
  ],
  'ttl-after-finished-controller': [rule(`${READ} delete`, 'batch', 'jobs'), EVENTS],
  'root-ca-cert-publisher': [rule('create update', 'core', 'configmaps'), EVENTS],
  'validatingadmissionpolicy-status-controller': [
    rule(READ, 'admissionregistration.k8s.io', 'validatingadmissionpolicies'),
    rule('get patch update', 'admissionregistration.k8s.io', 'validatingadmissionpolicies/status'),
    EVENTS,
  ],
  'legacy-service-account-token-cleaner': [
    rule('get', 'core', 'configmaps', 'kube-apiserver-legacy-service-account-token-tracking'),
    rule('delete patch', 'core', 'secrets'),
  ],
}

/** The names of all controllers that have a role of their own. */
export const CONTROLLERS: readonly string[] = [...Object.keys(RULES), ...Object.keys(storageControllerRules)].sort()

/** What each of Kubernetes' controllers may do, also of those that are not here: who runs one finds its role. */
export const controllerRoles = (): readonly ClusterRole[] =>
  CONTROLLERS.map((name) => clusterRole(`system:controller:${name}`, (RULES[name] ?? storageControllerRules[name])!))
