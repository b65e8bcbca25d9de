import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aggregatedRole, binding, clusterBinding, clusterRole, group, rule, user } from './declare.ts'
import { reconciledBinding, reconciledRole } from './reconcile.ts'

const pods = rule('get list', 'core', 'pods')
const own = rule('delete', 'core', 'pods')
const expected = clusterRole('r', [pods])
const without = <T extends object>(object: T, ...keys: readonly (keyof T)[]): T => {
  const rest = { ...object }
  for (const key of keys) delete rest[key]
  return rest
}

test('a role that has what it should be is left as it is, whatever it has beside', () => {
  assert.equal(reconciledRole(expected, expected), undefined)
  assert.equal(reconciledRole({ ...expected, rules: [own, rule('*', '*', '*')] }, expected), undefined)
})

test('a role gets back the rules that it lacks, and keeps those of others', () => {
  const changed = reconciledRole({ ...expected, rules: [own, rule('get', 'core', 'pods')] }, expected)
  assert.deepEqual(changed?.rules, [
    own,
    rule('get', 'core', 'pods'),
    { verbs: ['list'], apiGroups: [''], resources: ['pods'] },
  ])
  assert.deepEqual(reconciledRole(without({ ...expected }, 'rules'), expected)?.rules?.length, 2)
})

test('labels and annotations come back, and others’ words for them stand', () => {
  const bare = { ...expected, metadata: { name: 'r', labels: { mine: 'x', 'kubernetes.io/bootstrapping': 'other' } } }
  assert.deepEqual(reconciledRole<typeof expected>(bare, expected)?.metadata, {
    name: 'r',
    labels: { mine: 'x', 'kubernetes.io/bootstrapping': 'other' },
    annotations: expected.metadata!.annotations,
  })
})

test('who says so keeps a default for good', () => {
  const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'false' }
  assert.equal(reconciledRole({ ...expected, metadata: { name: 'r', annotations }, rules: [] }, expected), undefined)
  const bound = clusterBinding('b', user('x'))
  assert.equal(reconciledBinding({ ...bound, metadata: { name: 'b', annotations }, subjects: [] }, bound), undefined)
})

test('selectors come back to an aggregated role, and one that should not be aggregated is not', () => {
  const aggregated = aggregatedRole('a', { x: 'true' })
  assert.equal(reconciledRole({ ...aggregated, rules: [own] }, aggregated), undefined)
  const other = { matchLabels: { y: 'true' } }
  assert.deepEqual(
    reconciledRole({ ...aggregated, aggregationRule: { clusterRoleSelectors: [other] } }, aggregated)?.aggregationRule,
    { clusterRoleSelectors: [other, { matchLabels: { x: 'true' } }] },
  )
  assert.deepEqual(reconciledRole(without({ ...aggregated }, 'aggregationRule'), aggregated)?.aggregationRule, {
    clusterRoleSelectors: [{ matchLabels: { x: 'true' } }],
  })
  const told = reconciledRole({ ...expected, aggregationRule: { clusterRoleSelectors: [other] } }, expected)!
  assert.equal('aggregationRule' in told, false)
  assert.deepEqual(told.rules, expected.rules)
})

test('a binding gets back the subjects that it lacks, and one of another role is made anew', () => {
  const bound = clusterBinding('b', user('x'), group('g'))
  assert.equal(reconciledBinding(bound, bound), undefined)
  assert.equal(reconciledBinding({ ...bound, subjects: [user('z'), ...bound.subjects!] }, bound), undefined)
  assert.deepEqual(reconciledBinding({ ...bound, subjects: [user('z'), group('g')] }, bound), {
    binding: { ...bound, subjects: [user('z'), group('g'), user('x')] },
    isAnother: false,
  })
  assert.deepEqual(reconciledBinding(without({ ...bound }, 'subjects'), bound)?.binding.subjects, bound.subjects)
  const elsewhere = { ...bound, roleRef: { ...bound.roleRef, name: 'other' } }
  assert.deepEqual(reconciledBinding(elsewhere, bound), { binding: bound, isAnother: true })
  const nobody = clusterBinding('n')
  assert.equal('subjects' in reconciledBinding({ ...nobody, metadata: { name: 'n' } }, nobody)!.binding, false)
})

test('a subject of another kind, group or namespace is another subject', () => {
  const one = binding('ns', 'b', [{ kind: 'ServiceAccount', name: 'x', namespace: 'a' }])
  for (const subject of [user('x'), { kind: 'ServiceAccount', name: 'x', namespace: 'b' }])
    assert.equal(reconciledBinding({ ...one, subjects: [subject] }, one)?.binding.subjects?.length, 2)
})
