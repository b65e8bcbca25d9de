import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusals, refusedChange, refusedStatus } from '#api/testing/refusals.ts'

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }
const make = (spec: object = {}): any => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'h', resourceVersion: '1' },
  spec: { scaleTargetRef, maxReplicas: 3, ...spec },
})
const target = { type: 'Utilization', averageUtilization: 50 }
const value = { type: 'AverageValue', averageValue: '10' }
const metric = { name: 'm' }

test('an autoscaler stays between bounds that it is told, and scales what has a name', () => {
  assert.deepEqual(refusals(make()), [])
  assert.deepEqual(refusals(make({ minReplicas: 4 })), [
    'spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`',
  ])
  assert.deepEqual(refusals(make({ minReplicas: 0, maxReplicas: 0, scaleTargetRef: { kind: '', name: 'a/b' } })), [
    'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
    'spec.maxReplicas: Invalid value: 0: must be greater than 0',
    'spec.scaleTargetRef.kind: Required value',
    `spec.scaleTargetRef.name: Invalid value: "a/b": may not contain '/'`,
    'spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas',
  ])
  const v1 = { ...make({ maxReplicas: 0 }), apiVersion: 'autoscaling/v1' }
  assert.equal(refusals(v1)[0], 'spec.maxReplicas: Invalid value: 0: must be greater than 0')
})

test('a metric has what belongs to its type, and nothing else', () => {
  const metrics = [
    { type: 'Resource', resource: { name: 'cpu', target } },
    { type: 'ContainerResource', containerResource: { name: 'cpu', container: 'main', target: value } },
    { type: 'Pods', pods: { metric, target: value } },
    { type: 'Object', object: { describedObject: scaleTargetRef, metric, target: value } },
    { type: 'External', external: { metric, target: value } },
  ]
  assert.deepEqual(refusals(make({ metrics })), [])
  const none = { type: 'Value' }
  const both = { ...value, averageUtilization: 1 }
  const wrong = [
    { type: '' },
    { type: 'Pods', resource: { name: 'cpu', target } },
    { type: 'Pods', pods: { metric, target: value }, resource: { name: 'cpu', target } },
    { type: 'Pods', pods: { metric: { name: '' }, target: none } },
    { type: 'Resource', resource: { name: '', target: none } },
    { type: 'Resource', resource: { name: 'cpu', target: both } },
    { type: 'ContainerResource', containerResource: { name: 'gpu', container: '', target } },
    { type: 'ContainerResource', containerResource: { name: '', container: 'A', target } },
    { type: 'Object', object: { describedObject: { kind: 'K', name: '' }, metric: { name: 'a/b' }, target: none } },
    { type: 'External', external: { metric, target: none } },
    { type: 'External', external: { metric, target: { ...value, value: '0' } } },
    { type: 'Resource', resource: { name: 'cpu', target: { type: '', averageUtilization: 0 } } },
  ]
  const texts = refusals(make({ metrics: wrong })).map((text) => text.replace('spec.metrics', ''))
  const types = 'supported values: "ContainerResource", "External", "Object", "Pods", "Resource"'
  const noAmount = 'must set either a target raw value or a target utilization'
  assert.deepEqual(
    texts.map((text) => text.replace(/a lowercase RFC.*/, '…')),
    [
      '[0].type: Required value: must specify a metric source type',
      `[0].type: Unsupported value: "": ${types}`,
      `[0].type: Unsupported value: "": ${types}`,
      '[1].pods: Required value: must populate information for the given metric source',
      '[2].resource: Forbidden: must populate the given metric source only',
      '[3].pods.metric.name: Required value: must specify a metric name',
      '[3].pods.target.averageValue: Required value: must specify a positive target averageValue',
      '[4].resource.name: Required value: must specify a resource name',
      `[4].resource.target.averageUtilization: Required value: ${noAmount}`,
      '[5].resource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization',
      '[6].containerResource.name: Invalid value: "gpu": must be a standard resource type or fully qualified',
      '[6].containerResource.name: Invalid value: "gpu": must be a standard resource for containers',
      '[6].containerResource.container: Required value: must specify a container',
      '[7].containerResource.name: Required value: must specify a resource name',
      '[7].containerResource.container: Invalid value: "A": …',
      '[8].object.describedObject.name: Required value',
      `[8].object.metric.name: Invalid value: "a/b": may not contain '/'`,
      '[8].object.target.averageValue: Required value: must set either a target value or averageValue',
      '[9].external.target.averageValue: Required value: must set either a target value for metric or a per-pod target',
      '[10].external.target.value: Invalid value: "0": must be positive',
      '[10].external.target.value: Forbidden: may not set both a target value for metric and a per-pod target',
      '[11].resource.target.type: Required value: must specify a metric target type',
      '[11].resource.target.type: Invalid value: "": must be either Utilization, Value, or AverageValue',
      '[11].resource.target.averageUtilization: Invalid value: 0: must be greater than 0',
    ],
  )
})

test('the speed of an autoscaler has its bounds', () => {
  const policies = [{ type: 'Pods', value: 1, periodSeconds: 1800 }]
  const fits = { stabilizationWindowSeconds: 3600, selectPolicy: 'Min', policies, tolerance: '0' }
  assert.deepEqual(refusals(make({ behavior: { scaleUp: fits, scaleDown: fits } })), [])
  const scaleUp = {
    stabilizationWindowSeconds: -1,
    selectPolicy: 'Odd',
    policies: [
      { type: 'Odd', value: 0, periodSeconds: 0 },
      { type: 'Percent', value: 1, periodSeconds: 1801 },
    ],
    tolerance: '-1',
  }
  const texts = refusals(make({ behavior: { scaleUp, scaleDown: { stabilizationWindowSeconds: 3601 } } }))
  assert.deepEqual(
    texts.map((text) => text.replace('spec.behavior.', '')),
    [
      'scaleUp.stabilizationWindowSeconds: Invalid value: -1: must be greater than or equal to zero',
      'scaleUp.selectPolicy: Unsupported value: "Odd": supported values: "Disabled", "Max", "Min"',
      'scaleUp.policies[0].type: Unsupported value: "Odd": supported values: "Percent", "Pods"',
      'scaleUp.policies[0].value: Invalid value: 0: must be greater than zero',
      'scaleUp.policies[0].periodSeconds: Invalid value: 0: must be greater than zero',
      'scaleUp.policies[1].periodSeconds: Invalid value: 1801: must be less than or equal to 1800',
      'scaleUp.tolerance: Invalid value: "-1": must be greater than or equal to 0',
      'scaleDown.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600',
    ],
  )
})

test('an update is checked as a creation, and a status has no negative numbers', () => {
  assert.deepEqual(
    refusedChange(make(), ({ spec }) => void Object.assign(spec, { maxReplicas: 0 })),
    [
      'spec.maxReplicas: Invalid value: 0: must be greater than 0',
      'spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`',
    ],
  )
  const zero = make({ minReplicas: 0, metrics: [{ type: 'External', external: { metric, target: value } }] })
  assert.equal(refusals(zero).length, 1)
  assert.deepEqual(
    refusedChange(zero, ({ spec }) => void Object.assign(spec, { maxReplicas: 5 })),
    [],
  )
  assert.deepEqual(refusedStatus(make(), { currentReplicas: -1, desiredReplicas: -1 }), [
    'status.currentReplicas: Invalid value: -1: must be greater than or equal to 0',
    'status.desiredReplicas: Invalid value: -1: must be greater than or equal to 0',
  ])
})
