import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyDefaults } from '#api/catalogue/defaults.ts'
import { prepareForUpdate } from '#api/catalogue/prepare.ts'
import { created, rowOf } from '#api/testing/refusals.ts'
import { pod as kind } from './kind.ts'

const pod = (spec: object = {}, more: object = {}): any => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec,
  ...more,
})

test('a pod is as good as what all its containers ask for and are given', () => {
  const classOf = (...resources: readonly object[]): unknown => {
    const containers = resources.map((of, at) => ({ name: `c${at}`, image: 'i', resources: of }))
    return (created(pod({ containers })) as any).status.qosClass
  }
  const full = { limits: { cpu: '1', memory: '1Gi' } }
  const cases: readonly (readonly [string, ...object[]])[] = [
    ['BestEffort'],
    ['BestEffort', {}],
    ['BestEffort', { requests: { 'example.org/x': '1' } }],
    ['BestEffort', { limits: { cpu: '0' } }],
    ['Guaranteed', full],
    ['Guaranteed', { ...full, requests: { cpu: '1000m', memory: '1024Mi' } }],
    ['Burstable', { ...full, requests: { cpu: '500m' } }],
    ['Burstable', { ...full, requests: { memory: '1' } }],
    ['Burstable', { limits: { cpu: '1' } }],
    ['Burstable', { limits: { memory: '1' } }],
    ['Burstable', { requests: { memory: '1' } }],
    ['Burstable', full, {}],
  ]
  for (const [expected, ...resources] of cases) assert.equal(classOf(...resources), expected, JSON.stringify(resources))
  const containers = [{ name: 'c', image: 'i', resources: full }]
  const first = (resources: object): unknown =>
    (created(pod({ containers, initContainers: [{ name: 'i', image: 'i', resources }] })) as any).status
  assert.deepEqual(first({}), { phase: 'Pending', qosClass: 'Burstable' })
  assert.deepEqual(first(full), { phase: 'Pending', qosClass: 'Guaranteed' })
})

test('a pod with gates is told to wait for them from its first moment', () => {
  const gated = created(pod({ containers: [{ name: 'c', image: 'i' }], schedulingGates: [{ name: 'lab.example/g' }] }))
  assert.deepEqual((gated as any).status.conditions, [
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'SchedulingGated',
      message: 'Scheduling is blocked due to non-empty scheduling gates',
      lastTransitionTime: gated.metadata!.creationTimestamp,
    },
  ])
})

test('what a pod leaves out is filled in, volume by volume and container by container', () => {
  const TOP = {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
    securityContext: {},
    enableServiceLinks: true,
  }
  const spec = (of: object): object => (created(pod(of)) as any).spec
  assert.deepEqual(spec({}), TOP)
  assert.deepEqual((created({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } }) as any).spec, TOP)
  const said = {
    restartPolicy: 'Never',
    dnsPolicy: 'None',
    terminationGracePeriodSeconds: 0,
    schedulerName: 's',
    securityContext: { fsGroup: 1 },
    enableServiceLinks: false,
  }
  assert.deepEqual(spec(said), said)
  const both = { ...TOP, serviceAccountName: 'a', serviceAccount: 'a' }
  assert.deepEqual(spec({ serviceAccountName: 'a', serviceAccount: 'b' }), both)
  assert.deepEqual(spec({ serviceAccount: 'a' }), both)

  const fieldRef = { fieldPath: 'metadata.name' }
  const volumes = [
    { name: 'a' },
    { name: 'b', secret: {} },
    { name: 'c', configMap: { defaultMode: 1 } },
    { name: 'd', hostPath: { path: '/' } },
    {
      name: 'e',
      downwardAPI: {
        items: [
          { path: 'p', fieldRef },
          { path: 'q', resourceFieldRef: {} },
        ],
      },
    },
    {
      name: 'f',
      projected: {
        sources: [
          { serviceAccountToken: {} },
          { downwardAPI: { items: [{ fieldRef }] } },
          { serviceAccountToken: { expirationSeconds: 600 } },
          {},
        ],
      },
    },
    { name: 'g', configMap: {} },
    { name: 'h', downwardAPI: {} },
    { name: 'i', projected: {} },
    { name: 'j', hostPath: { path: '/', type: 'File' } },
  ]
  const v1 = { ...fieldRef, apiVersion: 'v1' }
  // Each with a reference of its own, as a body has them.
  assert.deepEqual((spec({ volumes: JSON.parse(JSON.stringify(volumes)) }) as any).volumes, [
    { name: 'a', emptyDir: {} },
    { name: 'b', secret: { defaultMode: 420 } },
    { name: 'c', configMap: { defaultMode: 1 } },
    { name: 'd', hostPath: { path: '/', type: '' } },
    {
      name: 'e',
      downwardAPI: {
        defaultMode: 420,
        items: [
          { path: 'p', fieldRef: v1 },
          { path: 'q', resourceFieldRef: {} },
        ],
      },
    },
    {
      name: 'f',
      projected: {
        defaultMode: 420,
        sources: [
          { serviceAccountToken: { expirationSeconds: 3600 } },
          { downwardAPI: { items: [{ fieldRef: v1 }] } },
          { serviceAccountToken: { expirationSeconds: 600 } },
          {},
        ],
      },
    },
    { name: 'g', configMap: { defaultMode: 420 } },
    { name: 'h', downwardAPI: { defaultMode: 420 } },
    { name: 'i', projected: { defaultMode: 420 } },
    { name: 'j', hostPath: { path: '/', type: 'File' } },
  ])

  const probe = { grpc: { port: 1 } }
  const asked = {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
    grpc: { port: 1, service: '' },
  }
  const http = { httpGet: { port: 1 } }
  const container = {
    name: 'c',
    image: 'i:1',
    ports: [{ containerPort: 1 }, { containerPort: 2, protocol: 'UDP' }],
    livenessProbe: probe,
    readinessProbe: { ...probe, timeoutSeconds: 9 },
    startupProbe: probe,
    lifecycle: { postStart: http, preStop: { sleep: { seconds: 1 } } },
    env: [
      { name: 'A', valueFrom: { fieldRef } },
      { name: 'B', value: 'x' },
      { name: 'C', valueFrom: {} },
    ],
  }
  const full = {
    name: 'c',
    image: 'i:1',
    imagePullPolicy: 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ports: [
      { containerPort: 1, protocol: 'TCP' },
      { containerPort: 2, protocol: 'UDP' },
    ],
    livenessProbe: asked,
    readinessProbe: { ...asked, timeoutSeconds: 9 },
    startupProbe: asked,
    lifecycle: { postStart: { httpGet: { port: 1, path: '/', scheme: 'HTTP' } }, preStop: { sleep: { seconds: 1 } } },
    env: [
      { name: 'A', valueFrom: { fieldRef: v1 } },
      { name: 'B', value: 'x' },
      { name: 'C', valueFrom: {} },
    ],
  }
  const lists = ['containers', 'initContainers', 'ephemeralContainers']
  const every = (of: object): object => Object.fromEntries(lists.map((list) => [list, [structuredClone(of)]]))
  assert.deepEqual(spec(every(container)), { ...TOP, ...every(full) })
  const own = {
    ...full,
    imagePullPolicy: 'Never',
    terminationMessagePath: '/x',
    terminationMessagePolicy: 'FallbackToLogsOnError',
  }
  assert.deepEqual(spec(every(own)), { ...TOP, ...every(own) })
  const ports = [{ containerPort: 80 }, { containerPort: 81, hostPort: 82 }]
  const hosted = spec({ hostNetwork: true, containers: [{ name: 'c', image: 'i', ports }] }) as any
  assert.deepEqual(hosted.containers[0].ports, [
    { containerPort: 80, hostPort: 80, protocol: 'TCP' },
    { containerPort: 81, hostPort: 82, protocol: 'TCP' },
  ])
})

test('a pod’s report keeps its owners, and one address said twice is one address', () => {
  const report = (status: object, old: object = {}, metadata: object = { name: 'p' }): any => {
    const object = pod({}, { status, metadata })
    applyDefaults(kind, object)
    prepareForUpdate(kind, object, pod({}, { metadata: { name: 'p', ...old } }), 'status')
    return object
  }
  const owners = [{ name: 'o' }]
  assert.deepEqual(report({ podIP: 'a' }).status, { podIP: 'a', podIPs: [{ ip: 'a' }] })
  assert.deepEqual(report({ podIP: 'a', podIPs: [] }).status, { podIP: 'a', podIPs: [{ ip: 'a' }] })
  assert.deepEqual(report({ podIP: 'a', podIPs: [{ ip: 'b' }, { ip: 'c' }] }).status, {
    podIP: 'a',
    podIPs: [{ ip: 'a' }],
  })
  assert.deepEqual(report({ podIP: 'a', podIPs: [{ ip: 'a' }, { ip: 'c' }] }).status, {
    podIP: 'a',
    podIPs: [{ ip: 'a' }, { ip: 'c' }],
  })
  assert.deepEqual(report({ podIPs: [{ ip: 'b' }] }).status, { podIP: 'b', podIPs: [{ ip: 'b' }] })
  assert.deepEqual(report({}, { ownerReferences: owners }).metadata, { name: 'p', ownerReferences: owners })
  assert.deepEqual(report({}, {}, { name: 'p', ownerReferences: owners }).metadata, { name: 'p' })
})

test('a pod has as long to end as is asked for, or as it says, and no time where nothing runs', () => {
  const grace = (spec: object, asked?: number, status: object = { phase: 'Running' }): number =>
    kind.deletion!.graceSeconds!(pod({ nodeName: 'n', ...spec }, { status }), asked)
  assert.equal(grace({}), 30)
  assert.equal(grace({ terminationGracePeriodSeconds: 5 }), 5)
  assert.equal(grace({ terminationGracePeriodSeconds: 5 }, 7), 7)
  assert.equal(grace({ terminationGracePeriodSeconds: 5 }, 0), 0)
  assert.equal(grace({ terminationGracePeriodSeconds: -5 }), 1)
  assert.equal(grace({ terminationGracePeriodSeconds: 0 }), 0)
  assert.equal(grace({}, undefined, {}), 30)
  assert.equal(grace({ nodeName: '' }, 7), 0)
  assert.equal(grace({}, 7, { phase: 'Succeeded' }), 0)
  assert.equal(grace({}, 7, { phase: 'Failed' }), 0)
  assert.equal(kind.deletion!.graceSeconds!({ apiVersion: 'v1', kind: 'Pod' }, 7), 0)
})

test('a pod can be selected by where it runs and how it is', () => {
  const values = (object: object): object =>
    Object.fromEntries(Object.entries(kind.fields!).map(([field, read]) => [field, read(object as never)]))
  const spec = { nodeName: 'a', restartPolicy: 'b', schedulerName: 'c', serviceAccountName: 'd', hostNetwork: true }
  const status = { phase: 'e', podIP: 'f', podIPs: [{ ip: 'f' }, { ip: 'g' }], nominatedNodeName: 'h' }
  const of = (at: string, values: object): object =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [`${at}.${name}`, value]))
  assert.deepEqual(values(pod(spec, { status })), {
    ...of('spec', spec),
    ...of('status', { ...status, podIPs: 'f,g' }),
  })
  const nothing = Object.fromEntries(Object.keys(kind.fields!).map((field) => [field, undefined]))
  assert.deepEqual(values({ apiVersion: 'v1', kind: 'Pod' }), {
    ...nothing,
    'spec.hostNetwork': false,
    'status.podIPs': '',
  })
  assert.equal(kind.generation!(pod(spec)), spec)
})

test('who writes a pod is told of variables that hide others', () => {
  const env = (...names: readonly string[]): object => ({ env: names.map((name) => ({ name })) })
  const hides = (at: string, name: string): string =>
    `spec.containers[${at}]: hides previous definition of "${name}", which may be dropped when using apply`
  assert.deepEqual(kind.warnings!(pod({ containers: [env('A', 'B'), env('A', 'A', 'B', 'A')] })), [
    hides('1].env[1', 'A'),
    hides('1].env[3', 'A'),
  ])
  assert.deepEqual(kind.warnings!(pod({ containers: [{}] })), [])
  assert.deepEqual(kind.warnings!({ apiVersion: 'v1', kind: 'Pod' }), [])
})

test('a pod is printed with where it runs, who waits for it, and what it waits for', () => {
  const bare = ['', '0/0', '', '0', '<unknown>', '<none>', '<none>', '<none>', '<none>']
  assert.deepEqual(rowOf({ apiVersion: 'v1', kind: 'Pod' }), bare)
  const spec = {
    nodeName: 'n',
    containers: [{ name: 'c' }],
    readinessGates: [{ conditionType: 'a' }, { conditionType: 'b' }],
  }
  const status = {
    phase: 'Pending',
    podIP: 'x',
    podIPs: [{ ip: 'y' }],
    nominatedNodeName: 'm',
    conditions: [{ type: 'a', status: 'True' }],
  }
  const metadata = { name: 'p', creationTimestamp: '2026-11-21T03:25:37Z' }
  assert.deepEqual(rowOf(pod(spec, { metadata, status })), ['p', '0/1', 'Pending', '0', '1s', 'y', 'n', 'm', '1/2'])
})
