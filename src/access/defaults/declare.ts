import type { ClusterRole } from '#api/rbac/clusterrole/message.ts'
import type { ClusterRoleBinding } from '#api/rbac/clusterrolebinding/message.ts'
import type { Role } from '#api/rbac/role/message.ts'
import type { RoleBinding } from '#api/rbac/rolebinding/message.ts'
import type { PolicyRule } from '#api/rbac/rule.ts'
import type { Subject } from '#api/rbac/subject.ts'

/** The API group of all four kinds. */
const RBAC_GROUP = 'rbac.authorization.k8s.io'
const API_VERSION = `${RBAC_GROUP}/v1`

/** What of the defaults is put back at each start; `false` in it leaves an object to its owner. */
export const AUTO_UPDATE = 'rbac.authorization.kubernetes.io/autoupdate'

const LABELS = { 'kubernetes.io/bootstrapping': 'rbac-defaults' }
const ANNOTATIONS = { [AUTO_UPDATE]: 'true' }

/** Verbs that several rules have. */
export const READ = 'get list watch'
export const WRITE = 'create delete deletecollection patch update'
export const READ_WRITE = `${READ} ${WRITE}`
export const READ_UPDATE = `${READ} patch update`

const words = (text: string): readonly string[] => text.split(' ').sort()

/** A rule of words with blanks between them; the group without a name is written `core`. */
export const rule = (verbs: string, groups: string, resources: string, names?: string): PolicyRule => ({
  verbs: words(verbs),
  apiGroups: groups
    .split(' ')
    .map((group) => (group === 'core' ? '' : group))
    .sort(),
  resources: words(resources),
  ...(names === undefined ? {} : { resourceNames: words(names) }),
})

/** A rule about paths that are no resources. */
export const paths = (verbs: string, urls: string): PolicyRule => ({
  verbs: words(verbs),
  nonResourceURLs: words(urls),
})

/** To tell what happened, in either of the two groups of Events. */
export const EVENTS = rule('create patch update', 'core events.k8s.io', 'events')

const metadata = (name: string, labels: Readonly<Record<string, string>> = {}) => ({
  name,
  labels: { ...LABELS, ...labels },
  annotations: ANNOTATIONS,
})

/** A ClusterRole that is there from the start. */
export const clusterRole = (
  name: string,
  rules: readonly PolicyRule[],
  labels?: Readonly<Record<string, string>>,
): ClusterRole => ({ apiVersion: API_VERSION, kind: 'ClusterRole', metadata: metadata(name, labels), rules })

/** One that has the rules of all that bear a label. */
export const aggregatedRole = (
  name: string,
  matchLabels: Readonly<Record<string, string>>,
  labels?: Readonly<Record<string, string>>,
): ClusterRole => ({
  apiVersion: API_VERSION,
  kind: 'ClusterRole',
  metadata: metadata(name, labels),
  aggregationRule: { clusterRoleSelectors: [{ matchLabels }] },
})

/** A Role that is there from the start. */
export const role = (namespace: string, name: string, rules: readonly PolicyRule[]): Role => ({
  apiVersion: API_VERSION,
  kind: 'Role',
  metadata: { ...metadata(name), namespace },
  rules,
})

/** Subjects of a binding. */
export const user = (name: string): Subject => ({ kind: 'User', apiGroup: RBAC_GROUP, name })
export const group = (name: string): Subject => ({ kind: 'Group', apiGroup: RBAC_GROUP, name })
export const account = (name: string): Subject => ({ kind: 'ServiceAccount', name, namespace: 'kube-system' })

/** A ClusterRoleBinding of the ClusterRole of its own name. */
export const clusterBinding = (name: string, ...subjects: readonly Subject[]): ClusterRoleBinding => ({
  apiVersion: API_VERSION,
  kind: 'ClusterRoleBinding',
  metadata: metadata(name),
  ...(subjects.length > 0 ? { subjects } : {}),
  roleRef: { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name },
})

/** A RoleBinding of a Role, by default that of its own name. */
export const binding = (namespace: string, name: string, subjects: readonly Subject[], role = name): RoleBinding => ({
  apiVersion: API_VERSION,
  kind: 'RoleBinding',
  metadata: { ...metadata(name), namespace },
  subjects,
  roleRef: { apiGroup: RBAC_GROUP, kind: 'Role', name: role },
})
