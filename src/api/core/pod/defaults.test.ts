import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyDefaults } from '#api/catalogue/defaults.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import type { ApiObject } from '#api/resource.ts'
import { defaultPodSpec } from './defaults.ts'
import { pod as kind } from './kind.ts'
import type { Pod } from './message.ts'

const defaulted = (spec: object): PodSpec => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec } as ApiObject & Pod
  applyDefaults(kind, pod)
  return pod.spec!
}
const container = (more: object): Container =>
  defaulted({ containers: [{ name: 'c', image: 'i', ...more }] }).containers![0]!

test('a probe that says nothing asks every ten seconds, waits one second, and believes after one success or three failures', () => {
  const probe = container({ readinessProbe: { httpGet: { port: 80 } } }).readinessProbe
  assert.deepEqual(probe, {
    httpGet: { port: 80, path: '/', scheme: 'HTTP' },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  })
  const said = { tcpSocket: { port: 1 }, timeoutSeconds: 5, periodSeconds: 2, successThreshold: 2, failureThreshold: 9 }
  assert.deepEqual(container({ livenessProbe: said }).livenessProbe, said)
})

test('what is asked for falls back to the limit, resource by resource, in containers and init containers', () => {
  const resources = { limits: { cpu: '1', memory: '64Mi' }, requests: { cpu: '100m' } }
  assert.deepEqual(container({ resources }).resources?.requests, { cpu: '100m', memory: '64Mi' })
  assert.deepEqual(container({ resources: { limits: { cpu: '1' } } }).resources?.requests, { cpu: '1' })
  assert.equal(container({ resources: {} }).resources?.requests, undefined)
  const { initContainers } = defaulted({
    containers: [{ name: 'c', image: 'i' }],
    initContainers: [{ name: 'i', image: 'i', resources: { limits: { cpu: '2' } } }],
  })
  assert.deepEqual(initContainers?.[0]?.resources?.requests, { cpu: '2' })
})

test('an image of a tag or a digest is pulled where it is missing, one of latest each time', () => {
  for (const [image, policy] of [
    ['echo', 'Always'],
    ['echo:latest', 'Always'],
    ['registry:5000/echo', 'Always'],
    ['registry:5000/echo:1', 'IfNotPresent'],
    ['echo@sha256:0', 'IfNotPresent'],
  ] as const)
    assert.equal(container({ image }).imagePullPolicy, policy, image)
})

test('a port in the network of the node is the node’s own', () => {
  const [only] = defaulted({
    hostNetwork: true,
    containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }] }],
  }).containers!
  assert.deepEqual(only?.ports, [{ containerPort: 80, hostPort: 80, protocol: 'TCP' }])
})

test('a pod with less than no patience has a second of it, while a template keeps what it says', () => {
  const grace = (seconds: number) => defaulted({ terminationGracePeriodSeconds: seconds }).terminationGracePeriodSeconds
  assert.deepEqual([-1, -100, 0, 1, 5].map(grace), [1, 1, 0, 1, 5])
  const template = { terminationGracePeriodSeconds: -1 }
  defaultPodSpec(template)
  assert.equal(template.terminationGracePeriodSeconds, -1)
})
