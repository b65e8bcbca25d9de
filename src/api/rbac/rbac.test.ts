import assert from 'node:assert/strict'
import { test } from 'node:test'
import { created, refusals, rowOf } from '#api/testing/refusals.ts'

const RBAC = 'rbac.authorization.k8s.io'
const of = (kind: string, more: object = {}): any => ({
  apiVersion: `${RBAC}/v1`,
  kind,
  metadata: { name: 'readers', creationTimestamp: '2026-11-21T03:25:08Z' },
  ...more,
})
const subjects = [
  { kind: 'User', name: 'rita' },
  { kind: 'Group', name: 'dev', apiGroup: 'example.com' },
  { kind: 'ServiceAccount', name: 'robot', namespace: 'default' },
  { kind: 'User', name: 'ron' },
]

test('a binding names the API group of its role, its users and its groups, if it does not itself', () => {
  for (const kind of ['RoleBinding', 'ClusterRoleBinding']) {
    const binding = created(of(kind, { roleRef: { kind: 'Role', name: 'r' }, subjects })) as any
    assert.deepEqual(binding.roleRef, { kind: 'Role', name: 'r', apiGroup: RBAC })
    assert.deepEqual(
      binding.subjects.map(({ apiGroup }: any) => apiGroup),
      [RBAC, 'example.com', undefined, RBAC],
    )
    const other = { apiGroup: 'other', kind: 'Role', name: 'r' }
    assert.deepEqual((created(of(kind, { roleRef: other })) as any).roleRef, other)
    assert.deepEqual((created(of(kind)) as any).roleRef.apiGroup, RBAC)
  }
})

test('a role may be named as anything that can stand in a path', () => {
  const named = (kind: string, name: string): readonly string[] => refusals(of(kind, { metadata: { name } }))
  for (const kind of ['Role', 'ClusterRole']) {
    assert.deepEqual(named(kind, 'system:node'), [])
    assert.deepEqual(named(kind, 'a/b%'), [
      `metadata.name: Invalid value: "a/b%": may not contain '/'`,
      `metadata.name: Invalid value: "a/b%": may not contain '%'`,
    ])
    for (const name of ['.', '..'])
      assert.deepEqual(named(kind, name), [`metadata.name: Invalid value: "${name}": may not be '${name}'`])
  }
})

test('a role is listed with the moment of its creation, a binding with who has it', () => {
  assert.deepEqual(rowOf(of('ClusterRole')), ['readers', '2026-11-21T03:25:08Z'])
  assert.deepEqual(rowOf(of('Role', { metadata: { name: 'r' } })), ['r', '<unknown>'])
  assert.deepEqual(rowOf(of('ClusterRoleBinding', { roleRef: { kind: 'ClusterRole', name: 'view' }, subjects })), [
    'readers',
    'ClusterRole/view',
    '30s',
    'rita, ron',
    'dev',
    'default/robot',
  ])
})
