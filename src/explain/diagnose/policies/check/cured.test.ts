import assert from 'node:assert/strict'
import { test } from 'node:test'
import { policiesOf } from '../../../policies/view-of.ts'
import { policy, withPolicies } from '../../../testing/policies.ts'
import { look, or, patch, run } from '../../cure.ts'
import { patchPolicy } from '../cures.ts'
import { cured, isShifting, patchedObject } from './cured.ts'

const EFFECT = { code: 'show-policy' } as const
const given = withPolicies([policy('web', { ingress: [{}] }), policy('web', { ingress: [{}] }, 'kube-system')])
const [web] = given.policies?.policies ?? []
const ports = [{ op: 'add', path: '/spec/ingress/0/ports', value: [{ port: 80 }] }]
const patched = (body: object) => patch(EFFECT, 'networkpolicy', web ?? {}, body)
const ingressOf = (facts: typeof given) => facts.policies?.policies.map(({ spec }) => spec?.ingress)

test('a patch changes the object of its name and namespace alone, and nothing that was there before', () => {
  assert.deepEqual(ingressOf(cured(given, [patched(ports)])), [[{ ports: [{ port: 80 }] }], [{}]])
  assert.deepEqual(ingressOf(cured(given, [patched({ spec: { ingress: null } })])), [undefined, [{}]])
  assert.deepEqual(ingressOf(given), [[{}], [{}]])
})

test('what shows more, or is another way to the same end, is not done; what does not fit leaves the object as it is', () => {
  const none = [look(EFFECT, 'kubectl', 'get', 'networkpolicy', 'web'), or(patched(ports))]
  assert.equal(cured(given, none), given)
  assert.deepEqual(ingressOf(cured(given, [patched([{ op: 'remove', path: '/spec/ingress/7' }])])), [[{}], [{}]])
})

test('a label of a namespace stands beside those that it has', () => {
  const label = run(
    { code: 'label-namespace', object: { kind: 'Namespace', name: 'default' }, labels: { team: 'a' } },
    ...['kubectl', 'label', 'namespace', 'default', 'team=a'],
  )
  assert.deepEqual(cured(given, [label]).namespaceLabels?.default, {
    'kubernetes.io/metadata.name': 'default',
    team: 'a',
  })
  assert.equal(patchedObject(label), undefined)
})

test('what takes something out of a list, or copies, is known, and so is the object that it changes', () => {
  const view = policiesOf(given)
  const [read] = view?.policies ?? []
  assert.ok(view && read)
  const merge = patchPolicy(EFFECT, view, read, { spec: {} })
  assert.deepEqual(
    [
      patched([{ op: 'remove', path: '/spec/ingress/0' }]),
      patched([{ op: 'copy', from: '/a', path: '/b' }]),
      patched(ports),
      merge,
    ].map(isShifting),
    [true, true, false, false],
  )
  assert.equal(patchedObject(merge), 'networkpolicy web -n default')
})
