import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMaps } from '#api/core/configmap/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { clusterRoles } from '#api/rbac/clusterrole/resource.ts'
import { roles } from '#api/rbac/role/resource.ts'
import { roleBindings } from '#api/rbac/rolebinding/resource.ts'
import { ApiError } from '#client/client.ts'
import { nameOf } from './admission.ts'
import { namespaceLifecycle } from './namespace-lifecycle.ts'
import { podPriority } from './pod-priority.ts'
import { rbacEscalation } from './rbac-escalation.ts'
import { serviceAccount } from './service-account.ts'

type Loose = any
const request = (more: Loose): never =>
  ({ subresource: '', reader: { find: () => undefined, all: () => [] }, ...more }) as never
const refusalOf = (work: () => unknown): ApiError['status'] => {
  try {
    work()
  } catch (error) {
    if (error instanceof ApiError) return error.status
    throw error
  }
  return assert.fail('nothing was refused')
}

test('an object whose name is still to be made is called by what it begins with', () => {
  const named = (metadata: Loose) => nameOf({ apiVersion: 'v1', kind: 'Pod', metadata } as never)
  assert.deepEqual([named({ name: 'a', generateName: 'b-' }), named({ generateName: 'b-' })], ['a', 'b-'])
  assert.deepEqual([named({}), named(undefined), named({ name: '' })], ['Unknown', 'Unknown', 'Unknown'])
  const object = { metadata: { generateName: 'web-', namespace: 'n' }, spec: { containers: [] } }
  const { code, message, details } = refusalOf(() =>
    serviceAccount(() => 0).create!(request({ resource: pods, object })),
  )
  assert.equal(code, 403)
  assert.equal(
    message,
    'pods "web-" is forbidden: error looking up service account n/default: serviceaccount "default" not found',
  )
  assert.equal(details?.name, 'web-')
})

test('nothing new comes into a namespace that goes, and the refusal says why in a word for programs', () => {
  const reader = { find: () => ({ metadata: { name: 'n', deletionTimestamp: '2026-01-01T00:00:00Z' } }) }
  const object = { metadata: { name: 'm', namespace: 'n' } }
  const status = refusalOf(() => namespaceLifecycle.create!(request({ resource: configMaps, object, reader })))
  assert.deepEqual([status.code, status.reason], [403, 'Forbidden'])
  assert.equal(
    status.message,
    'configmaps "m" is forbidden: unable to create new content in namespace n because it is being terminated',
  )
  assert.deepEqual(status.details, {
    name: 'm',
    kind: 'configmaps',
    causes: [
      { reason: 'NamespaceTerminating', message: 'namespace n is being terminated', field: 'metadata.namespace' },
    ],
  })
  const lost = refusalOf(() => namespaceLifecycle.create!(request({ resource: configMaps, object })))
  assert.deepEqual([lost.code, lost.message], [404, 'namespaces "n" not found'])
  const role = { metadata: { name: 'r' } }
  assert.equal(namespaceLifecycle.create!(request({ resource: clusterRoles, object: role })), role)
  const labels = { 'kubernetes.io/metadata.name': 'n' }
  const labelled = { metadata: { name: 'n', labels } }
  assert.equal(namespaceLifecycle.create!(request({ resource: namespaces, object: labelled })), labelled)
})

test('a token is mounted beside what a container mounts itself, and not over it', () => {
  const own = { name: 'own', mountPath: '/own' }
  const over = { name: 'over', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }
  const object = {
    metadata: { name: 'p', namespace: 'n' },
    spec: {
      volumes: [{ name: 'own', emptyDir: {} }],
      containers: [
        { name: 'a', volumeMounts: [own] },
        { name: 'b', volumeMounts: [over] },
      ],
      initContainers: [{ name: 'i' }],
    },
  }
  const reader = { find: () => ({ metadata: { name: 'default' } }) }
  const { spec }: Loose = serviceAccount(() => 0).create!(request({ resource: pods, object, reader }))
  const name = spec.volumes[1].name
  const mount = { name, readOnly: true, mountPath: over.mountPath }
  assert.match(name, /^kube-api-access-.{5}$/)
  assert.deepEqual(spec.containers, [
    { name: 'a', volumeMounts: [own, mount] },
    { name: 'b', volumeMounts: [over] },
  ])
  assert.deepEqual(spec.initContainers, [{ name: 'i', volumeMounts: [mount] }])
  assert.deepEqual([spec.volumes[0].name, spec.serviceAccountName, spec.serviceAccount], ['own', 'default', 'default'])
  const all = { ...object, spec: { containers: [{ name: 'b', volumeMounts: [over] }] } }
  const kept: Loose = serviceAccount(() => 0).create!(request({ resource: pods, object: all, reader }))
  assert.equal(kept.spec.volumes, undefined)
})

test('of a pod that is updated, what is left out of its priority is what it was', () => {
  const previous = { spec: { priority: 7, preemptionPolicy: 'Never' } }
  const updated = (spec: object, old: object = previous): unknown => {
    const { spec: next }: Loose = podPriority.update!(request({ resource: pods, object: { spec }, previous: old }))
    return [next.priority, next.preemptionPolicy]
  }
  assert.deepEqual(updated({}), [7, 'Never'])
  assert.deepEqual(updated({ priority: 7 }), [7, 'Never'])
  assert.deepEqual(updated({ preemptionPolicy: 'Never' }), [7, 'Never'])
  assert.deepEqual(updated({ priority: 8, preemptionPolicy: 'PreemptLowerPriority' }), [8, 'PreemptLowerPriority'])
  assert.deepEqual(updated({}, { spec: {} }), [undefined, undefined])
})

test('who makes a role is asked whether they may escalate all of them, who changes one whether that one', () => {
  const asked: Loose[] = []
  const authorizer = {
    authorize: (_: unknown, wish: Loose) => {
      asked.push(wish)
      return { allowed: true }
    },
  } as never
  const { create, update } = rbacEscalation(authorizer)
  const caller = { name: 'rita', groups: ['system:authenticated'] }
  const object = { metadata: { name: 'r', namespace: 'n' }, rules: [] }
  create!(request({ resource: roles, object, caller }))
  update!(request({ resource: roles, object: { ...object, rules: [{ verbs: ['get'] }] }, previous: object, caller }))
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'x' }
  create!(request({ resource: roleBindings, object: { ...object, roleRef }, caller }))
  const of = { kind: 'resource', subresource: '', group: 'rbac.authorization.k8s.io', namespace: 'n' }
  assert.deepEqual(asked, [
    { ...of, verb: 'escalate', resource: 'roles', name: '' },
    { ...of, verb: 'escalate', resource: 'roles', name: 'r' },
    { ...of, verb: 'bind', resource: 'clusterroles', name: 'x' },
  ])
  asked.length = 0
  update!(
    request({
      resource: roles,
      object: { ...object, metadata: { ...object.metadata, finalizers: ['f'] } },
      previous: object,
      caller,
    }),
  )
  create!(request({ resource: roleBindings, object: { ...object, roleRef: { ...roleRef, kind: 'Odd' } }, caller }))
  create!(request({ resource: configMaps, object, caller }))
  create!(request({ resource: roles, object, caller: { name: 'root', groups: ['system:masters'] } }))
  assert.deepEqual(asked, [])
})
