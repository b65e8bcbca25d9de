import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SUPPORTED_FEATURES } from '../supported-features.ts'
import { condition, routes, statusOf } from '../testing/ask.ts'
import { gatewayClass } from '../testing/cluster.ts'

const told = (bundleVersions: readonly string[], spec: Parameters<typeof gatewayClass>[1] = {}) => {
  const all = routes({ gatewayClasses: [gatewayClass('fairlead', spec)] }, { bundleVersions })
  const conditions = { conditions: statusOf(all, 'GatewayClass fairlead').conditions! }
  return [condition(conditions, 'Accepted'), condition(conditions, 'SupportedVersion')]
}

test('a GatewayClass of ours is accepted, where definitions are of a version that is known', () => {
  assert.deepEqual(told(['v1.5.1']), ['True Accepted', 'True SupportedVersion'])
  assert.deepEqual(told(['v1.0.0', 'v1.5.9']), ['True Accepted', 'True SupportedVersion'])
  assert.deepEqual(told([]), ['True Accepted', 'True SupportedVersion'])
  for (const version of ['v1.6.0', 'v2.0.0', 'v0.8.0', '', 'v1.5.1-dev', 'xv1.5.1'])
    assert.deepEqual(told(['v1.5.1', version]), ['True Accepted', 'False UnsupportedVersion'], version)
})

test('parameters to a GatewayClass that are not there make it one that is not accepted', () => {
  const parametersRef = { group: '', kind: 'ConfigMap', name: 'a' }
  assert.deepEqual(told(['v1.5.1'], { parametersRef }), ['False InvalidParameters', 'True SupportedVersion'])
})

test('which version is not supported is told', () => {
  const all = routes({}, { bundleVersions: ['v1.6.0', ''] })
  const found = statusOf(all, 'GatewayClass fairlead').conditions?.find(({ type }) => type === 'SupportedVersion')
  assert.equal(found?.message, 'the definitions are of the version v1.6.0, (none); supported is v1.0.0 to v1.5.x')
})

test('features are told in the order in which the API wants them, each once', () => {
  const status = routes({}).statuses[0]?.status as { supportedFeatures: { name: string }[] }
  assert.deepEqual(
    status.supportedFeatures.map(({ name }) => name),
    SUPPORTED_FEATURES,
  )
  assert.deepEqual([...SUPPORTED_FEATURES], [...new Set(SUPPORTED_FEATURES)].sort())
})

test('a class of another controller is not ours', () => {
  const all = routes({ gatewayClasses: [gatewayClass('other', { controllerName: 'a.test/b' })] })
  assert.deepEqual(all.statuses, [])
})
