import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { RbacPolicy } from '../rbac/policy.ts'
import { clusterBindings } from './cluster-bindings.ts'
import { componentRoles } from './component-roles.ts'
import { controllerRoles } from './controller-roles.ts'
import { namespacedBindings, namespacedRoles } from './namespaced.ts'
import { userRoles } from './user-roles.ts'

const roles = () => [...userRoles(), ...componentRoles(), ...controllerRoles()]
const name = ({ metadata }: { readonly metadata?: { readonly name?: string } }): string => metadata?.name ?? ''
const roleOf = (wanted: string) => roles().find((role) => name(role) === wanted)!

const policy = (): RbacPolicy => {
  const policy = new RbacPolicy()
  for (const role of roles()) policy.setRole('', name(role), role)
  for (const role of namespacedRoles()) policy.setRole(role.metadata!.namespace!, name(role), role)
  for (const binding of clusterBindings()) policy.setBinding('', name(binding), binding)
  for (const binding of namespacedBindings()) policy.setBinding(binding.metadata!.namespace!, name(binding), binding)
  return policy
}

/** A question in words: `list pods`, `get apps:deployments/scale in ns`, `get /healthz`. */
const may = (who: string, question: string, groups: readonly string[] = ['system:authenticated']): boolean => {
  const [verb = '', what = '', , namespace = ''] = question.split(' ')
  const user = { name: who, groups }
  if (what.startsWith('/')) return policy().authorize(user, { kind: 'path', verb, path: what }).allowed
  const [plural = '', group = ''] = what.split(':').reverse()
  const [resource = '', subresource = ''] = plural.split('/')
  return policy().authorize(user, { kind: 'resource', verb, group, resource, subresource, namespace, name: '' }).allowed
}

test('every name is there once, marked as a default that is kept, and every binding is of a role that is there', () => {
  const all = [...roles(), ...clusterBindings(), ...namespacedRoles(), ...namespacedBindings()]
  for (const { metadata } of all) {
    assert.equal(metadata?.labels?.['kubernetes.io/bootstrapping'], 'rbac-defaults')
    assert.equal(metadata?.annotations?.['rbac.authorization.kubernetes.io/autoupdate'], 'true')
  }
  assert.equal(new Set(roles().map(name)).size, roles().length)
  const names = new Set(roles().map(name))
  for (const { roleRef } of clusterBindings()) assert.ok(names.has(roleRef.name), roleRef.name)
  const local = new Set(namespacedRoles().map((role) => `${role.metadata!.namespace}/${name(role)}`))
  for (const { metadata, roleRef } of namespacedBindings())
    assert.ok(local.has(`${metadata!.namespace}/${roleRef.name}`), roleRef.name)
  assert.equal(roles().length, 69)
  assert.equal(clusterBindings().length, 50)
})

test('every word of a rule is there once, in order, and the group without a name is the core', () => {
  for (const { rules } of [...roles(), ...namespacedRoles()])
    for (const rule of rules ?? [])
      for (const words of Object.values(rule)) {
        assert.deepEqual(words, [...new Set(words)].sort())
        assert.ok(!words.includes('core'))
      }
})

test('whoever is known may ask for discovery and about themselves, and nobody may more than health and version', () => {
  for (const question of ['get /api', 'get /apis/apps/v1', 'get /openapi/v2', 'get /version', 'get /livez'])
    assert.ok(may('rita', question), question)
  assert.ok(may('rita', 'create authorization.k8s.io:selfsubjectaccessreviews'))
  assert.ok(may('rita', 'create authentication.k8s.io:selfsubjectreviews'))
  for (const question of [
    'get /metrics',
    'get /healthz/ping',
    'list pods in default',
    'get /',
    'create authorization.k8s.io:subjectaccessreviews',
  ])
    assert.ok(!may('rita', question), question)
  const nobody = ['system:unauthenticated']
  for (const question of ['get /healthz', 'get /livez', 'get /readyz', 'get /version', 'get /version/'])
    assert.ok(may('system:anonymous', question, nobody), question)
  for (const question of ['get /api', 'get /openapi/v2', 'get /.well-known/openid-configuration'])
    assert.ok(!may('system:anonymous', question, nobody), question)
})

test('groups have what is theirs: masters all, monitoring its endpoints, ServiceAccounts their issuer', () => {
  assert.ok(may('x', 'delete apps:deployments/scale in ns', ['system:masters']))
  assert.ok(may('x', 'post /any', ['system:masters']))
  assert.ok(may('x', 'get /metrics', ['system:monitoring']))
  assert.ok(may('x', 'get /readyz/ping', ['system:monitoring']))
  assert.ok(may('x', 'get /openid/v1/jwks', ['system:serviceaccounts']))
  assert.ok(!may('x', 'get /openid/v1/jwks'))
  assert.ok(!may('x', 'list pods', ['system:nodes']), 'the node authorizer gives nodes what is theirs')
})

test('a controller may what its work needs, by its ServiceAccount, and nothing beside it', () => {
  const account = (controller: string): string => `system:serviceaccount:kube-system:${controller}`
  assert.ok(may(account('job-controller'), 'create pods in ns'))
  assert.ok(!may(account('job-controller'), 'create secrets in ns'))
  assert.ok(may(account('horizontal-pod-autoscaler'), 'update apps:deployments/scale in ns'))
  assert.ok(may(account('clusterrole-aggregation-controller'), 'escalate rbac.authorization.k8s.io:clusterroles'))
  assert.ok(may(account('expand-controller'), 'patch persistentvolumes'))
  assert.ok(may('system:kube-scheduler', 'create pods/binding in ns'))
  assert.ok(may('system:kube-scheduler', 'update coordination.k8s.io:leases in kube-system'))
  assert.ok(!may('system:kube-scheduler', 'update coordination.k8s.io:leases in default'))
})

test('admin holds edit, which holds view, each by the labels of what it is made of', () => {
  const selector = (role: string) => roleOf(role).aggregationRule!.clusterRoleSelectors![0]!.matchLabels!
  const bears = (role: string, labels: Readonly<Record<string, string>>): boolean =>
    Object.entries(labels).every(([key, value]) => roleOf(role).metadata!.labels![key] === value)
  for (const [whole, part] of [
    ['admin', 'edit'],
    ['admin', 'system:aggregate-to-admin'],
    ['edit', 'view'],
    ['edit', 'system:aggregate-to-edit'],
    ['view', 'system:aggregate-to-view'],
  ] as const)
    assert.ok(bears(part, selector(whole)), `${part} is in ${whole}`)
  assert.ok(!bears('view', selector('view')))
  assert.ok(!bears('cluster-admin', selector('admin')))
  assert.deepEqual(roleOf('edit').metadata!.labels, {
    'kubernetes.io/bootstrapping': 'rbac-defaults',
    'rbac.authorization.k8s.io/aggregate-to-admin': 'true',
  })
})

// The sum was taken when each of them had been read beside Kubernetes' own. Who changes a word does so again.
test('roles and bindings are word by word those of Kubernetes 1.36', () => {
  const all = [...roles(), ...clusterBindings(), ...namespacedRoles(), ...namespacedBindings()]
  const sum = createHash('sha256')
    .update(
      all
        .map((one) => JSON.stringify(one))
        .sort()
        .join('\n'),
    )
    .digest('hex')
  assert.equal(sum.slice(0, 16), 'e70e3727930d80e0')
})
