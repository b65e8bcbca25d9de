import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { hasProcesses, knownHandler, podHandler } from './pod-handler.ts'
import { ephemeralWithoutProcess, withoutProcesses } from './without-processes.ts'

const classes = new Map([
  ['virtual', { handler: 'virtual' }],
  ['gvisor', { handler: 'runsc' }],
])
const context = {
  runtimeClasses: { lister: { get: (name: string) => classes.get(name) } },
  runtime: { handlers: ['', 'runc', 'virtual'] },
} as unknown as Parameters<typeof knownHandler>[0]
const pod = (spec: Partial<NonNullable<Pod['spec']>>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  spec: { containers: [], ...spec },
})

test('a pod is run by the handler of its class, and by the usual one where it names none', () => {
  assert.equal(podHandler(context, pod({})), '')
  assert.equal(podHandler(context, pod({ runtimeClassName: 'virtual' })), 'virtual')
  assert.equal(podHandler(context, pod({ runtimeClassName: 'none' })), undefined)
  assert.deepEqual(
    [knownHandler(context, pod({})), knownHandler(context, pod({ runtimeClassName: 'virtual' }))],
    ['', 'virtual'],
  )
  assert.deepEqual([hasProcesses(''), hasProcesses(undefined), hasProcesses('virtual')], [true, true, false])
})

test('a class that is not there, or whose handler nobody has, is refused in Kubernetes’ words, with those that there are', () => {
  const refused = (runtimeClassName: string, message: string) =>
    assert.throws(() => knownHandler(context, pod({ runtimeClassName })), { code: 'RUNTIME_UNKNOWN', message })
  const start = 'failed to get sandbox runtime:'
  refused('none', `${start} RuntimeClass none: runtimeclass.node.k8s.io "none" not found`)
  refused(
    'gvisor',
    `${start} no runtime for "runsc" is configured: name a RuntimeClass whose handler is one of runc, virtual`,
  )
})

test('of what a virtual pod asks for, what cannot be is refused by its field, and what is only of no use is told', () => {
  const exec = { command: ['true'] }
  const of = (spec: Partial<NonNullable<Pod['spec']>>) =>
    withoutProcesses(pod(spec)).map(({ field, refused }) => `${field} ${refused ? 'refused' : 'told'}`)
  assert.deepEqual(of({}), [])
  assert.deepEqual(of({ hostNetwork: true, securityContext: { sysctls: [{ name: 'a', value: '1' }] } }), [
    'spec.hostNetwork refused',
    'spec.securityContext.sysctls told',
  ])
  assert.deepEqual(
    of({ securityContext: { sysctls: [] }, volumes: [{ name: 'kube-api-access-x' }, { name: 'data' }] }),
    ['spec.volumes[data] told'],
  )
  const container = {
    name: 'c',
    livenessProbe: { exec },
    readinessProbe: { httpGet: { port: 80 } },
    lifecycle: { preStop: { exec }, postStart: { sleep: { seconds: 1 } } },
    ports: [
      { containerPort: 80, protocol: 'TCP' as const },
      { containerPort: 9, protocol: 'SCTP' as const },
    ],
  }
  const fields = ['livenessProbe.exec', 'lifecycle.preStop.exec', 'ports[9].protocol']
  assert.deepEqual(
    of({ containers: [container], initContainers: [{ name: 'i', startupProbe: { exec } }] }),
    ['spec.initContainers[i].startupProbe.exec', ...fields.map((field) => `spec.containers[c].${field}`)].map(
      (field) => `${field} refused`,
    ),
  )
  const { field, refused } = ephemeralWithoutProcess('debug')
  assert.deepEqual([field, refused], ['spec.ephemeralContainers[debug]', true])
})
