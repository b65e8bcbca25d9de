import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import type { ContainerView } from '../container/plan/container-view.ts'
import { podResources } from './pod-resources.ts'

const asks = (name: string, cpu: string, limit?: string) => ({
  name,
  resources: {
    requests: { cpu, memory: '16Mi' },
    ...(limit !== undefined && { limits: { cpu: limit, memory: '64Mi' } }),
  },
})
const of = (spec: Partial<PodSpec>, given: Readonly<Record<string, ContainerView['given']>> = {}) =>
  podResources(
    { containers: [], ...spec } as PodSpec,
    new Map(Object.entries(given).map(([name, had]) => [name, { given: had } as ContainerView])),
  )

test('a pod has what its containers have together, with those that go on beside them', () => {
  const proxy = { ...asks('proxy', '10m', '100m'), restartPolicy: 'Always' }
  assert.deepEqual(of({ initContainers: [proxy], containers: [asks('app', '10m', '100m')] }), {
    allocatedResources: { cpu: '20m', memory: '32Mi' },
    resources: { requests: { cpu: '20m', memory: '32Mi' }, limits: { cpu: '200m', memory: '128Mi' } },
  })
  assert.deepEqual(of({ containers: [{ name: 'app' }] }), { resources: {} })
})

test('one without a limit leaves the pod without, unless the pod itself has one; what is given counts, not what is wanted', () => {
  const containers = [asks('a', '10m', '100m'), asks('b', '10m')]
  assert.equal(of({ containers }).resources?.limits, undefined)
  assert.deepEqual(of({ containers, resources: { limits: { cpu: '1' } } }).resources?.limits, { cpu: '1' })
  const given = { requests: { cpu: '30m' } }
  assert.deepEqual(of({ containers: [asks('a', '10m')] }, { a: given }).allocatedResources, { cpu: '30m' })
  assert.deepEqual(of({ containers: [asks('a', '10m')], overhead: { cpu: '5m' } }).allocatedResources?.cpu, '15m')
})

test('a limit of the pod counts what goes on beside its containers, not what has ended before them', () => {
  const init = asks('init', '10m')
  assert.deepEqual(of({ initContainers: [init], containers: [asks('app', '10m', '100m')] }).resources?.limits, {
    cpu: '100m',
    memory: '64Mi',
  })
  const proxy = { ...asks('proxy', '10m'), restartPolicy: 'Always' }
  assert.equal(of({ initContainers: [proxy], containers: [asks('app', '10m', '100m')] }).resources?.limits, undefined)
  const given = { requests: { cpu: '20m' }, limits: { cpu: '50m' } }
  const had = of({ initContainers: [proxy], containers: [asks('app', '10m', '100m')] }, { proxy: given })
  assert.deepEqual([had.allocatedResources?.cpu, had.resources?.limits], ['30m', { cpu: '150m' }])
})
