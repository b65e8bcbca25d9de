import type { ClusterRole } from '#api/rbac/clusterrole/message.ts'
import { aggregatedRole, clusterRole, paths, READ, READ_WRITE, rule, WRITE } from './declare.ts'

const TO = 'rbac.authorization.k8s.io/aggregate-to-'
const TO_ADMIN = { [`${TO}admin`]: 'true' }
const TO_EDIT = { [`${TO}edit`]: 'true' }
const TO_VIEW = { [`${TO}view`]: 'true' }

const HEALTH = '/healthz /livez /readyz'

/** What people and programs are given: of a namespace, or of the cluster. */
export const userRoles = (): readonly ClusterRole[] => [
  clusterRole('cluster-admin', [rule('*', '*', '*'), paths('*', '*')]),
  aggregatedRole('admin', TO_ADMIN),
  aggregatedRole('edit', TO_EDIT, TO_ADMIN),
  aggregatedRole('view', TO_VIEW, TO_EDIT),
  clusterRole(
    'system:aggregate-to-admin',
    [
      rule('create', 'authorization.k8s.io', 'localsubjectaccessreviews'),
      rule(READ_WRITE, 'rbac.authorization.k8s.io', 'rolebindings roles'),
    ],
    TO_ADMIN,
  ),
  clusterRole('system:aggregate-to-edit', editRules(), TO_EDIT),
  clusterRole('system:aggregate-to-view', viewRules(), TO_VIEW),
  clusterRole('system:discovery', [
    paths('get', `${HEALTH} /version /version/ /openapi /openapi/* /api /api/* /apis /apis/*`),
  ]),
  clusterRole('system:public-info-viewer', [paths('get', `${HEALTH} /version /version/`)]),
  clusterRole('system:basic-user', [
    rule('create', 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'),
    rule('create', 'authentication.k8s.io', 'selfsubjectreviews'),
  ]),
  clusterRole('system:monitoring', [
    paths('get', `${HEALTH} /healthz/* /livez/* /readyz/* /metrics /metrics/slis /flagz /statusz`),
    rule('get', 'core', 'nodes/metrics'),
  ]),
]

const editRules = () => [
  rule(READ, 'core', 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy'),
  rule('impersonate', 'core', 'serviceaccounts'),
  rule(WRITE, 'core', 'pods pods/attach pods/exec pods/portforward pods/proxy'),
  rule('create', 'core', 'pods/eviction'),
  rule(
    WRITE,
    'core',
    'configmaps persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
  ),
  rule('create', 'core', 'serviceaccounts/token'),
  rule(WRITE, 'core events.k8s.io', 'events'),
  rule(
    WRITE,
    'apps',
    'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale',
  ),
  rule(WRITE, 'autoscaling', 'horizontalpodautoscalers'),
  rule(WRITE, 'batch', 'cronjobs jobs'),
  rule(
    WRITE,
    'extensions',
    'daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale',
  ),
  rule(WRITE, 'policy', 'poddisruptionbudgets'),
  rule(WRITE, 'networking.k8s.io', 'ingresses networkpolicies'),
  rule(READ_WRITE, 'coordination.k8s.io', 'leases'),
  rule(WRITE, 'resource.k8s.io', 'resourceclaims resourceclaimtemplates'),
]

const viewRules = () => [
  rule(
    READ,
    'core',
    'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status',
  ),
  rule(
    READ,
    'core',
    'bindings limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status',
  ),
  rule(READ, 'core', 'namespaces'),
  rule(READ, 'core events.k8s.io', 'events'),
  rule(READ, 'discovery.k8s.io', 'endpointslices'),
  rule(
    READ,
    'apps',
    'controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status',
  ),
  rule(READ, 'autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status'),
  rule(READ, 'batch', 'cronjobs cronjobs/status jobs jobs/status'),
  rule(
    READ,
    'extensions',
    'daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale',
  ),
  rule(READ, 'policy', 'poddisruptionbudgets poddisruptionbudgets/status'),
  rule(READ, 'networking.k8s.io', 'ingresses ingresses/status networkpolicies'),
  rule(READ, 'resource.k8s.io', 'resourceclaims resourceclaims/status resourceclaimtemplates'),
]
