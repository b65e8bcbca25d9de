import type { Role } from '#api/rbac/role/message.ts'
import type { RoleBinding } from '#api/rbac/rolebinding/message.ts'
import { account, binding, EVENTS, READ, role, rule, user } from './declare.ts'

const SYSTEM = 'kube-system'
const PUBLIC = 'kube-public'
const READER = 'extension-apiserver-authentication-reader'
const SIGNER = 'system:controller:bootstrap-signer'
const PROVIDER = 'system:controller:cloud-provider'
const CLEANER = 'system:controller:token-cleaner'
const MANAGER_LOCK = 'system::leader-locking-kube-controller-manager'
const SCHEDULER_LOCK = 'system::leader-locking-kube-scheduler'

const lockRules = [
  rule(`${READ} create update`, 'coordination.k8s.io', 'leases'),
  rule(`${READ} create update`, 'coordination.k8s.io', 'leasecandidates'),
]

/** Roles in the namespaces of the system. */
export const namespacedRoles = (): readonly Role[] => [
  role(PUBLIC, SIGNER, [
    rule(READ, 'core', 'configmaps'),
    rule('update', 'core', 'configmaps', 'cluster-info'),
    EVENTS,
  ]),
  role(SYSTEM, READER, [rule(READ, 'core', 'configmaps', 'extension-apiserver-authentication')]),
  role(SYSTEM, MANAGER_LOCK, lockRules),
  role(SYSTEM, SCHEDULER_LOCK, lockRules),
  role(SYSTEM, SIGNER, [rule(READ, 'core', 'secrets')]),
  role(SYSTEM, PROVIDER, [rule(`${READ} create`, 'core', 'configmaps')]),
  role(SYSTEM, CLEANER, [rule(`${READ} delete`, 'core', 'secrets'), EVENTS]),
]

/** Who has them. */
export const namespacedBindings = (): readonly RoleBinding[] => [
  binding(PUBLIC, SIGNER, [account('bootstrap-signer')]),
  binding(SYSTEM, `system::${READER}`, [user('system:kube-controller-manager'), user('system:kube-scheduler')], READER),
  binding(SYSTEM, MANAGER_LOCK, [
    user('system:kube-controller-manager'),
    account('kube-controller-manager'),
    account('leader-election-controller'),
  ]),
  binding(SYSTEM, SCHEDULER_LOCK, [user('system:kube-scheduler'), account('kube-scheduler')]),
  binding(SYSTEM, SIGNER, [account('bootstrap-signer')]),
  binding(SYSTEM, PROVIDER, [account('cloud-provider')]),
  binding(SYSTEM, CLEANER, [account('token-cleaner')]),
]
