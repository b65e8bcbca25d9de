import assert from 'node:assert/strict'
import { test } from 'node:test'
import { created, rowOf } from '#api/testing/refusals.ts'

const of = (kind: string, more: object): any => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind,
  metadata: { name: 'a', creationTimestamp: '2026-11-21T03:25:08Z' },
  ...more,
})
const service = { namespace: 'n', name: 's' }
const webhook = { name: 'w.example.com', rules: [{}, { scope: 'Cluster' }], clientConfig: { service } }
const filled = {
  failurePolicy: 'Fail',
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: {},
  timeoutSeconds: 10,
  rules: [{ scope: '*' }, { scope: 'Cluster' }],
  clientConfig: { service: { ...service, port: 443 } },
}

test('a webhook is asked about everything, has ten seconds, and refuses where it does not answer', () => {
  const webhooks = [webhook]
  assert.deepEqual((created(of('ValidatingWebhookConfiguration', { webhooks })) as any).webhooks, [
    { ...webhook, ...filled },
  ])
  assert.deepEqual((created(of('MutatingWebhookConfiguration', { webhooks })) as any).webhooks, [
    { ...webhook, ...filled, reinvocationPolicy: 'Never' },
  ])
})

test('what a webhook says of itself stays', () => {
  const said = {
    name: 'w.example.com',
    failurePolicy: 'Ignore',
    matchPolicy: 'Exact',
    namespaceSelector: { matchLabels: { a: 'b' } },
    objectSelector: { matchLabels: { a: 'b' } },
    timeoutSeconds: 3,
    clientConfig: { service: { ...service, port: 8443 } },
    reinvocationPolicy: 'IfNeeded',
  }
  assert.deepEqual((created(of('MutatingWebhookConfiguration', { webhooks: [said] })) as any).webhooks, [said])
})

test('a policy and its binding are about everything, and what cannot be judged is refused', () => {
  const match = { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} }
  const rules = { resourceRules: [{}], excludeResourceRules: [{}] }
  const scoped = { resourceRules: [{ scope: '*' }], excludeResourceRules: [{ scope: '*' }] }
  for (const kind of ['ValidatingAdmissionPolicy', 'MutatingAdmissionPolicy']) {
    assert.deepEqual((created(of(kind, { spec: { matchConstraints: rules } })) as any).spec, {
      failurePolicy: 'Fail',
      matchConstraints: { ...match, ...scoped },
    })
    assert.deepEqual((created(of(kind, { spec: {} })) as any).spec, { failurePolicy: 'Fail' })
    assert.equal(created(of(kind, {})).metadata?.generation, 1)
  }
  for (const kind of ['ValidatingAdmissionPolicyBinding', 'MutatingAdmissionPolicyBinding']) {
    assert.deepEqual((created(of(kind, { spec: { matchResources: {} } })) as any).spec, { matchResources: match })
    assert.equal(created(of(kind, {})).metadata?.generation, 1)
  }
})

test('webhooks are listed by their number, policies by their rules and parameters', () => {
  for (const kind of ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration']) {
    assert.deepEqual(rowOf(of(kind, { webhooks: [{}, {}] })), ['a', 2, '30s'])
    assert.deepEqual(rowOf(of(kind, {})), ['a', 0, '30s'])
  }
  const paramKind = { apiVersion: 'v1', kind: 'ConfigMap' }
  assert.deepEqual(rowOf(of('ValidatingAdmissionPolicy', { spec: { validations: [{}], paramKind } })), [
    'a',
    1,
    'v1/ConfigMap',
    '30s',
  ])
  assert.deepEqual(rowOf(of('MutatingAdmissionPolicy', { spec: { mutations: [{}, {}] } })), ['a', 2, '<unset>', '30s'])
  const bound = (paramRef?: object) =>
    rowOf(of('ValidatingAdmissionPolicyBinding', { spec: { policyName: 'p', paramRef } }))
  assert.deepEqual(bound(), ['a', 'p', '<unset>', '30s'])
  assert.equal(bound({ name: 'c' })[2], 'c')
  assert.equal(bound({ name: 'c', namespace: 'n' })[2], 'n/c')
  assert.equal(bound({ selector: { matchLabels: { a: 'b' } } })[2], 'a=b')
})
