import assert from 'node:assert/strict'
import { test } from 'node:test'
import { podAmounts } from './amounts.ts'

const container = (name: string, cpu?: string, memory?: string, restartPolicy?: 'Always') => ({
  name,
  resources: { requests: { ...(cpu ? { cpu } : {}), ...(memory ? { memory } : {}) } },
  ...(restartPolicy ? { restartPolicy } : {}),
})

test('containers that run together ask for their sum', () => {
  const containers = [container('a', '250m', '1Gi'), container('b', '500m'), { name: 'c' }]
  assert.deepEqual(podAmounts({ containers }, 'requests'), { cpu: '750m', memory: '1Gi' })
  assert.deepEqual(podAmounts({ containers }, 'limits'), {})
})

test('one that runs before the others counts alone, where it asks for more than they', () => {
  const initContainers = [container('x', '2', '1Mi'), container('y', '1')]
  assert.deepEqual(podAmounts({ containers: [container('a', '500m', '2Mi')], initContainers }, 'requests'), {
    cpu: '2',
    memory: '2Mi',
  })
})

test('one that begins before the others and stays counts with both', () => {
  const stays = container('s', '1', undefined, 'Always')
  const containers = [container('a', '1')]
  assert.deepEqual(podAmounts({ containers, initContainers: [stays] }, 'requests'), { cpu: '2' })
  const initContainers = [container('first', '2500m'), stays, container('later', '1500m')]
  assert.deepEqual(podAmounts({ containers, initContainers }, 'requests'), { cpu: '2500m' })
  assert.deepEqual(podAmounts({ containers, initContainers: [stays, container('later', '1500m')] }, 'requests'), {
    cpu: '2500m',
  })
})

test('what a pod says as a whole counts instead, of what it can say so', () => {
  const resources = { requests: { cpu: '3', 'hugepages-2Mi': '4Mi', 'ephemeral-storage': '9Gi' } }
  const containers = [container('a', '1', '1Gi')]
  assert.deepEqual(podAmounts({ containers, resources }, 'requests'), {
    cpu: '3',
    memory: '1Gi',
    'hugepages-2Mi': '4Mi',
  })
})
