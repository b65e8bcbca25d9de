import type { ClusterRoleBinding } from '#api/rbac/clusterrolebinding/message.ts'
import { CONTROLLERS } from './controller-roles.ts'
import { account, clusterBinding, group, user } from './declare.ts'

const AUTHENTICATED = group('system:authenticated')

/** Who has the ClusterRoles of the start: each binding is of the role of its own name. */
export const clusterBindings = (): readonly ClusterRoleBinding[] => [
  clusterBinding('cluster-admin', group('system:masters')),
  clusterBinding('system:monitoring', group('system:monitoring')),
  clusterBinding('system:discovery', AUTHENTICATED),
  clusterBinding('system:basic-user', AUTHENTICATED),
  clusterBinding('system:public-info-viewer', AUTHENTICATED, group('system:unauthenticated')),
  clusterBinding('system:node-proxier', user('system:kube-proxy')),
  clusterBinding('system:kube-controller-manager', user('system:kube-controller-manager')),
  clusterBinding('system:kube-dns', account('kube-dns')),
  clusterBinding('system:kube-scheduler', user('system:kube-scheduler')),
  clusterBinding('system:volume-scheduler', user('system:kube-scheduler')),
  // To nobody: the node authorizer gives nodes what is theirs.
  clusterBinding('system:node'),
  clusterBinding('system:service-account-issuer-discovery', group('system:serviceaccounts')),
  ...CONTROLLERS.map((name) => clusterBinding(`system:controller:${name}`, account(name))),
]
