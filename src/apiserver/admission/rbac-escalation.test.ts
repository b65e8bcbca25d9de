import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RbacPolicy } from '#access/rbac/policy.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { clusterRoles } from '#api/rbac/clusterrole/resource.ts'
import { clusterRoleBindings } from '#api/rbac/clusterrolebinding/resource.ts'
import { roles } from '#api/rbac/role/resource.ts'
import { roleBindings } from '#api/rbac/rolebinding/resource.ts'
import type { Resource } from '#api/resource.ts'
import { rbacEscalation } from './rbac-escalation.ts'

const rule = (verb: string, resource: string) => ({ verbs: [verb], apiGroups: [''], resources: [resource] })
const refTo = (kind: string, name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name })

/** Rita may read pods in `n`, and nothing elsewhere; `may` is told what the authorizer was asked for, and allows by it. */
const admission = (may: (asked: string) => boolean = () => false) => {
  const policy = new RbacPolicy()
  policy.setRole('n', 'reader', { rules: [rule('get', 'pods')] })
  policy.setRole('n', 'writer', { rules: [rule('update', 'pods')] })
  policy.setRole('', 'all', { rules: [rule('get', 'secrets')] })
  const subjects = [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'rita' }]
  policy.setBinding('n', 'b', {
    metadata: { name: 'b', namespace: 'n' },
    roleRef: refTo('Role', 'reader'),
    subjects,
  } as never)
  const authorize = (_: unknown, { verb, group, resource, name, namespace }: { [name: string]: string }) => ({
    allowed: may(`${verb} ${resource}.${group} ${namespace}/${name}`),
  })
  return rbacEscalation({ policy, authorize } as never)
}
const RITA = { name: 'rita', groups: ['system:authenticated'] }
const role = (rules: readonly object[], more: object = {}) => ({
  metadata: { name: 'r', namespace: 'n' },
  rules,
  ...more,
})
const binding = (kind: string, name: string, metadata: object = {}) => ({
  metadata: { name: 'b', namespace: 'n', ...metadata },
  roleRef: refTo(kind, name),
  subjects: [],
})

/** The first line of why it is refused; '' where it is not. */
const creates = (
  resource: Resource,
  object: object,
  may?: (asked: string) => boolean,
  caller: object = RITA,
): string => {
  try {
    assert.equal(admission(may).create!({ resource, object, caller } as never), object)
    return ''
  } catch (error) {
    return (error as Error).message.split('\n')[0]!
  }
}
const updates = (resource: Resource, object: object, previous: object, may?: (asked: string) => boolean): string => {
  try {
    assert.equal(admission(may).update!({ resource, object, previous, caller: RITA } as never), object)
    return ''
  } catch (error) {
    return (error as Error).message.split('\n')[0]!
  }
}
const BEYOND =
  'user "rita" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:'

test('a role gives what its writer has in that namespace; more is for those who may escalate', () => {
  assert.equal(creates(roles, role([rule('get', 'pods')])), '')
  const refusal = `roles.rbac.authorization.k8s.io "r" is forbidden: ${BEYOND}`
  assert.equal(creates(roles, role([rule('get', 'secrets')])), refusal)
  const elsewhere = { metadata: { name: 'r', namespace: 'other' }, rules: [rule('get', 'pods')] }
  assert.equal(creates(roles, elsewhere), refusal)
  assert.equal(
    creates(clusterRoles, { metadata: { name: 'r' }, rules: [rule('get', 'pods')] }),
    refusal.replace('roles', 'clusterroles'),
  )
  assert.equal(creates(clusterRoles, { metadata: { name: 'r' } }), '')
  const asked: string[] = []
  const may = (what: string): boolean => asked.push(what) > 0
  assert.equal(creates(roles, role([rule('get', 'secrets')]), may), '')
  assert.equal(updates(roles, role([rule('get', 'secrets')]), role([]), may), '')
  assert.equal(updates(roles, role([rule('get', 'secrets')]), role([])), refusal)
  const escalates = 'escalate roles.rbac.authorization.k8s.io n/'
  assert.deepEqual(asked, [escalates, `${escalates}r`], 'who makes one has no name to escalate')
})

test('roles that are gathered from others are written by those who have everything', () => {
  const gathers = { metadata: { name: 'r' }, aggregationRule: { clusterRoleSelectors: [] } }
  const refusal =
    'clusterroles.rbac.authorization.k8s.io "r" is forbidden: must have cluster-admin privileges to use the aggregationRule'
  assert.equal(creates(clusterRoles, gathers), refusal)
  assert.equal(updates(clusterRoles, { metadata: { name: 'r' } }, gathers), refusal)
  assert.equal(updates(clusterRoles, gathers, { metadata: { name: 'r' } }), refusal)
  assert.equal(updates(clusterRoles, { metadata: { name: 'r', labels: {} } }, { metadata: { name: 'r' } }), '')
})

test('a binding gives what its writer has; more, and roles that are not there, is for those who may bind', () => {
  assert.equal(creates(roleBindings, binding('Role', 'reader')), '')
  const refusal = `rolebindings.rbac.authorization.k8s.io "b" is forbidden: ${BEYOND}`
  assert.equal(creates(roleBindings, binding('Role', 'writer')), refusal)
  assert.equal(creates(roleBindings, binding('ClusterRole', 'all')), refusal)
  assert.equal(creates(roleBindings, binding('Role', 'none')), 'roles.rbac.authorization.k8s.io "none" not found')
  assert.equal(
    creates(clusterRoleBindings, binding('ClusterRole', 'none')),
    'clusterroles.rbac.authorization.k8s.io "none" not found',
  )
  assert.equal(creates(roleBindings, binding('Odd', 'none')), '', 'which validation refuses')
  const asked: string[] = []
  const may = (what: string): boolean => asked.push(what) > 0
  assert.equal(creates(roleBindings, binding('ClusterRole', 'none'), may), '')
  assert.equal(creates(clusterRoleBindings, { metadata: { name: 'b' }, roleRef: refTo('ClusterRole', 'all') }, may), '')
  assert.deepEqual(asked, [
    'bind clusterroles.rbac.authorization.k8s.io n/none',
    'bind clusterroles.rbac.authorization.k8s.io /all',
  ])
})

test('what the garbage collector changes gives nobody anything; masters, and other kinds, are not asked', () => {
  const old = binding('Role', 'writer', { finalizers: ['f'], ownerReferences: [{ name: 'o' }], managedFields: [{}] })
  assert.equal(updates(roleBindings, binding('Role', 'writer', { finalizers: [], ownerReferences: [] }), old), '')
  const labelled = binding('Role', 'writer', { labels: { a: 'b' } })
  assert.notEqual(updates(roleBindings, labelled, old), '')
  assert.equal(
    creates(roleBindings, binding('Role', 'writer'), undefined, { name: 'x', groups: ['system:masters'] }),
    '',
  )
  assert.equal(creates(configMaps, role([rule('get', 'secrets')])), '')
})
