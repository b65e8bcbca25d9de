import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import { fieldValue, type PodFacts, resourceValue } from './field-ref.ts'

const node: PodFacts = {
  hostIPs: ['172.30.0.2', 'fd00::2'],
  podIPs: ['10.244.1.5', 'fd00:10::5'],
  allocatable: { cpu: '4', memory: '8Gi', 'ephemeral-storage': '10Gi' },
}
const container = (name: string, resources?: Container['resources']): Container =>
  ({ name, ...(resources && { resources }) }) as Container
const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web',
    namespace: 'shop',
    uid: 'u-1',
    labels: { b: 'two', a: 'o"ne' },
    annotations: { 'example.com/x': 'y' },
  },
  spec: {
    nodeName: 'node-1',
    serviceAccountName: 'sa',
    containers: [
      container('none'),
      container('limits', { limits: { cpu: '1500m', memory: '64Mi' } }),
      container('both', { limits: { cpu: '2', memory: '64Mi' }, requests: { cpu: '250m', memory: '1000' } }),
    ],
    initContainers: [container('init', { requests: { cpu: '3' } })],
  },
}

test('fieldValue() gives each field that Kubernetes offers, and names one that it does not', () => {
  const table: Readonly<Record<string, string>> = {
    'metadata.name': 'web',
    'metadata.namespace': 'shop',
    'metadata.uid': 'u-1',
    'metadata.labels': 'a="o\\"ne"\nb="two"',
    'metadata.annotations': 'example.com/x="y"',
    "metadata.labels['b']": 'two',
    "metadata.labels['toString']": '',
    "metadata.annotations['example.com/x']": 'y',
    "metadata.annotations['gone']": '',
    'spec.nodeName': 'node-1',
    'spec.serviceAccountName': 'sa',
    'status.hostIP': '172.30.0.2',
    'status.hostIPs': '172.30.0.2,fd00::2',
    'status.podIP': '10.244.1.5',
    'status.podIPs': '10.244.1.5,fd00:10::5',
  }
  for (const [path, value] of Object.entries(table)) assert.equal(fieldValue(pod, path, node), value, path)
  assert.throws(() => fieldValue(pod, 'status.phase', node), { code: 'FIELD_UNSUPPORTED', message: /status\.phase/ })
})

test('resourceValue(): a limit that is not set is the node’s, a request that is not set is the limit or 0', () => {
  const table: readonly (readonly [string, string, string | undefined, string])[] = [
    ['none', 'limits.cpu', undefined, '4'],
    ['none', 'limits.memory', '1Gi', '8'],
    ['none', 'requests.cpu', undefined, '0'],
    ['none', 'requests.memory', undefined, '0'],
    ['limits', 'limits.cpu', '1m', '1500'],
    ['limits', 'limits.cpu', undefined, '2'],
    ['limits', 'requests.cpu', '1m', '1500'],
    ['limits', 'requests.memory', '1Mi', '64'],
    ['both', 'limits.cpu', '1m', '2000'],
    ['both', 'requests.cpu', '1m', '250'],
    ['both', 'requests.memory', undefined, '1000'],
    ['both', 'requests.memory', '1Ki', '1'],
    ['both', 'limits.ephemeral-storage', '1Gi', '10'],
    ['init', 'requests.cpu', undefined, '3'],
  ]
  // Of the container that asks, or of the one that is named, whoever asks.
  for (const [containerName, resource, divisor, value] of table)
    for (const selector of [
      { resource, ...(divisor && { divisor }) },
      { containerName, resource, ...(divisor && { divisor }) },
    ])
      assert.equal(
        resourceValue(pod, 'containerName' in selector ? 'none' : containerName, selector, node),
        value,
        `${containerName} ${resource} ${divisor}`,
      )
})

test('resourceValue() names a container that is not there, and what no container has', () => {
  assert.throws(() => resourceValue(pod, 'gone', { resource: 'limits.cpu' }, node), {
    code: 'REFERENCE_NOT_FOUND',
    message: /container gone not found/,
  })
  assert.throws(() => resourceValue(pod, 'none', { resource: 'usage.cpu' }, node), {
    code: 'FIELD_UNSUPPORTED',
    message: /usage\.cpu/,
  })
})
