import assert from 'node:assert/strict'
import { test } from 'node:test'
import { created, refusals, refusedChange, rowOf } from '#api/testing/refusals.ts'

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

test('a rule is about resources or about paths, is for somebody to do something, and paths are the cluster’s', () => {
  const rules = [
    { apiGroups: [''], resources: ['pods'] },
    { nonResourceURLs: ['/x'], verbs: ['get'] },
    { verbs: ['get'] },
  ]
  const both = { nonResourceURLs: ['/x'], resourceNames: ['a'], verbs: ['get'] }
  const common = [
    'rules[0].verbs: Required value: verbs must contain at least one value',
    'rules[2].apiGroups: Required value: resource rules must supply at least one api group',
    'rules[2].resources: Required value: resource rules must supply at least one resource',
    'rules[3].nonResourceURLs: Invalid value: ["/x"]: rules cannot apply to both regular resources and non-resource URLs',
  ]
  const namespaced = 'namespaced rules cannot apply to non-resource URLs'
  assert.deepEqual(refusals(of('ClusterRole', { rules: [...rules, both] })), common)
  assert.deepEqual(refusals(of('Role', { metadata: { name: 'r', namespace: 'n' }, rules: [...rules, both] })), [
    common[0],
    `rules[1].nonResourceURLs: Invalid value: ["/x"]: ${namespaced}`,
    ...common.slice(1, 3),
    `rules[3].nonResourceURLs: Invalid value: ["/x"]: ${namespaced}`,
    common[3],
  ])
  for (const what of [{ apiGroups: [''] }, { resources: ['pods'] }])
    assert.equal(
      refusals(of('ClusterRole', { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'], ...what }] })).length,
      1,
    )
  for (const kind of ['Role', 'ClusterRole'])
    assert.deepEqual(
      refusedChange(of(kind, { metadata: { name: 'r', resourceVersion: '1' } }), (role) => {
        role.rules = [{}]
      }),
      [
        'rules[0].verbs: Required value: verbs must contain at least one value',
        'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
        'rules[0].resources: Required value: resource rules must supply at least one resource',
      ],
    )
})

test('an aggregated role says what it gathers, by labels that can be', () => {
  const aggregated = (aggregationRule: object) => refusals(of('ClusterRole', { aggregationRule }))
  assert.deepEqual(aggregated({ clusterRoleSelectors: [{ matchLabels: { a: 'yes' } }] }), [])
  assert.deepEqual(aggregated({}), [
    'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
  ])
  assert.match(
    aggregated({ clusterRoleSelectors: [{}, { matchLabels: { 'a b': 'yes' } }] })[0] ?? '',
    /^aggregationRule\.clusterRoleSelectors\[1\]\.matchLabels: Invalid value: "a b"/,
  )
})

test('a binding is of a role that it may have, to subjects that there can be', () => {
  const ref = { apiGroup: RBAC, kind: 'ClusterRole', name: 'view' }
  const metadata = { name: 'b', namespace: 'n' }
  const ofCluster = (more: object) => refusals(of('ClusterRoleBinding', { roleRef: ref, ...more }))
  const ofNamespace = (more: object) => refusals(of('RoleBinding', { roleRef: ref, metadata, ...more }))
  assert.deepEqual(ofCluster({ subjects: [{ kind: 'ServiceAccount', name: 'x', namespace: 'n' }] }), [])
  assert.deepEqual(
    ofNamespace({ roleRef: { ...ref, kind: 'Role' }, subjects: [{ kind: 'ServiceAccount', name: 'x' }] }),
    [],
  )
  assert.deepEqual(ofCluster({ roleRef: { kind: 'Role', name: 'r' } }), [
    'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
  ])
  assert.deepEqual(ofNamespace({ roleRef: { apiGroup: 'x', kind: 'Other', name: 'a/b' } }), [
    `roleRef.apiGroup: Unsupported value: "x": supported values: "${RBAC}"`,
    'roleRef.kind: Unsupported value: "Other": supported values: "Role", "ClusterRole"',
    `roleRef.name: Invalid value: "a/b": may not contain '/'`,
  ])
  assert.deepEqual(ofCluster({ roleRef: { kind: 'ClusterRole', name: '' } }), ['roleRef.name: Required value'])
  const odd = [
    { kind: 'ServiceAccount', name: 'X', apiGroup: 'y' },
    { kind: 'User', name: '', apiGroup: 'y' },
    { kind: 'Group', name: 'g', apiGroup: 'y' },
    { kind: 'Robot', name: 'r' },
  ]
  const of4 = [
    /^subjects\[0\]\.name: Invalid value: "X": a lowercase RFC 1123 subdomain/,
    /^subjects\[0\]\.apiGroup: Unsupported value: "y": supported values: ""$/,
    /^subjects\[0\]\.namespace: Required value$/,
    /^subjects\[1\]\.name: Required value$/,
    /^subjects\[1\]\.apiGroup: Unsupported value: "y": supported values: "rbac/,
    /^subjects\[2\]\.apiGroup: Unsupported value: "y": supported values: "rbac/,
    /^subjects\[3\]\.kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"$/,
  ]
  const told = ofCluster({ subjects: odd })
  assert.equal(told.length, of4.length)
  for (const [index, form] of of4.entries()) assert.match(told[index]!, form)
  assert.equal(ofNamespace({ subjects: odd }).length, of4.length - 1)
})

test('a binding stays one of the same role', () => {
  const bound = of('RoleBinding', {
    metadata: { name: 'b', namespace: 'n', resourceVersion: '1' },
    roleRef: { apiGroup: RBAC, kind: 'Role', name: 'r' },
  })
  const change = (edit: (binding: any) => void) => refusedChange(structuredClone(bound), edit)
  assert.deepEqual(
    change((binding) => {
      binding.subjects = [{ kind: 'User', name: 'x' }]
    }),
    [],
  )
  assert.deepEqual(
    change((binding) => {
      binding.roleRef.name = 'other'
    }),
    [`roleRef: Invalid value: {"APIGroup":"${RBAC}","Kind":"Role","Name":"other"}: cannot change roleRef`],
  )
})
