import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clusterPolicy, policy, withPolicies } from '../../testing/policies.ts'
import type { Cure } from '../../trace/cure.ts'
import { apply, or } from '../cure.ts'
import { besideOneAnother } from './beside.ts'
import { labelNamespace } from './label-cures.ts'
import { ownPolicy, refOfOwn } from './own-policy.ts'

/** A cure by a policy of its own, of that name, that lets a port pass. */
const own = (name: string, port: number, namespace = 'default'): Cure => {
  const made = ownPolicy(namespace, name, {}, 'ingress', { ports: [{ port }] })
  return apply({ code: 'let-dns-pass', policy: refOfOwn(made) }, made)
}
const label = (name: string, value: string): Cure => labelNamespace(name, { team: value })

/** What each finding is told to do, in order. */
const told = (...cures: readonly (readonly Cure[])[]) => {
  const facts = withPolicies([policy('taken', {})], [clusterPolicy('apart', {})])
  return besideOneAnother(
    facts,
    cures.map((one) => ({ cures: one })),
  ).map((finding) =>
    finding.cures.map(({ argv, input, effect, alternative }) => {
      const words = alternative ? 'or ' : ''
      if (input === undefined) return `${words}${argv.slice(3).join(' ')}`
      const { metadata, spec } = JSON.parse(input)
      assert.deepEqual('policy' in effect && effect.policy, { kind: 'NetworkPolicy', ...metadata }, 'it is called so')
      return `${words}${metadata.namespace}/${metadata.name} ${spec.ingress[0].ports[0].port}`
    }),
  )
}

test('a new policy takes the name of none that is there, and of none that a cure before it makes', () => {
  assert.deepEqual(told([own('taken', 1)], [own('taken', 2)], [own('taken', 3)]), [
    ['default/taken-2 1'],
    ['default/taken-3 2'],
    ['default/taken-4 3'],
  ])
  assert.deepEqual(told([own('taken', 1, 'front')]), [['front/taken 1']], 'in another namespace it is free')
  assert.deepEqual(told([own('apart', 1)]), [['default/apart 1']], 'a ClusterNetworkPolicy is another kind')
})

test('the same policy again is the same one, and not a second', () => {
  assert.deepEqual(told([own('a', 1)], [own('a', 2)], [own('a', 2)], [own('a', 1)]), [
    ['default/a 1'],
    ['default/a-2 2'],
    ['default/a-2 2'],
    ['default/a 1'],
  ])
  assert.deepEqual(told([own('a', 1)], [own('b', 1)]), [['default/a 1'], ['default/a 1']], 'under either name')
  assert.deepEqual(told([own('a', 1)], [own('a', 1, 'front')]), [['default/a 1'], ['front/a 1']])
})

test('nothing gets two values of one label: what else mends the second is then its cure', () => {
  assert.deepEqual(told([label('front', 'x')], [label('front', 'y'), or(own('a', 1))]), [
    ['front team=x'],
    ['default/a 1'],
  ])
  assert.deepEqual(told([label('front', 'x')], [label('front', 'x'), or(own('a', 1))]), [
    ['front team=x'],
    ['front team=x', 'or default/a 1'],
  ])
  assert.deepEqual(told([label('front', 'x')], [label('back', 'y')]), [['front team=x'], ['back team=y']])
})
