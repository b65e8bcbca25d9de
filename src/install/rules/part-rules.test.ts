import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PART_NAMES } from '#incluster/settings/part-name.ts'
import { mergedRules } from './merged-rules.ts'
import { nodeOwnRules, nodeRules, nodeSystemRules } from './part-rules.ts'

test('rules are merged to one order, each verb of each resource once', () => {
  const rule = (group: string, resources: readonly string[], ...verbs: readonly string[]) => ({
    apiGroups: [group],
    resources,
    verbs,
  })
  assert.deepEqual(
    mergedRules([
      rule('b', ['z', 'y'], 'watch', 'list'),
      rule('', ['x'], 'get'),
      rule('b', ['y'], 'list'),
      rule('b', ['z'], 'get'),
    ]),
    [rule('', ['x'], 'get'), rule('b', ['z'], 'get', 'list', 'watch'), rule('b', ['y'], 'list', 'watch')],
  )
})

test('an agent reads no Secret of the cluster, writes nothing but Events, and knows no wildcard, whatever is asked for', () => {
  for (const parts of [...PART_NAMES.map((part) => [part]), PART_NAMES]) {
    const rules = nodeRules(parts)
    for (const { apiGroups = [], resources = [], verbs = [] } of rules) {
      assert.ok(![...apiGroups, ...resources, ...verbs].includes('*'), JSON.stringify({ resources, verbs }))
      assert.ok(!resources.includes('secrets'))
      const writes = verbs.filter((verb) => !['get', 'list', 'watch'].includes(verb))
      if (writes.length > 0) assert.deepEqual([resources, writes], [['events'], ['create', 'patch']])
    }
  }
})

test('a Secret is got by its name, of the installation’s own namespace, and where the balancer runs alone', () => {
  const ofSecrets = (rules: ReturnType<typeof nodeRules>) =>
    rules.filter(({ resources = [] }) => resources.includes('secrets') || resources.includes('*'))
  for (const part of PART_NAMES) {
    const own = ofSecrets(nodeOwnRules([part]))
    const got = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]
    assert.deepEqual(own, part === 'balancer' ? got : [])
    assert.deepEqual(ofSecrets(nodeSystemRules([part])), [])
  }
})

test('what a part does not ask for its agents may not read', () => {
  const readable = (parts: Parameters<typeof nodeRules>[0]) =>
    nodeRules(parts).flatMap(({ resources = [] }) => resources)
  assert.deepEqual(readable([]).toSorted(), ['nodes', 'servicecidrs'])
  assert.ok(!readable(['proxy']).includes('networkpolicies'))
  assert.ok(!readable(['policy']).includes('services'))
})
