import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiObject } from '#api/resource.ts'
import { container, podOf } from '#api/testing/pods.ts'
import { created, refusals, refusedPart } from '#api/testing/refusals.ts'

const there = (spec: object, more: object = {}): ApiObject => {
  const pod = created(podOf(spec)) as ApiObject & { status: object }
  return { ...pod, status: { ...pod.status, ...more } } as ApiObject
}
const debug = (pod: ApiObject, ...ephemeralContainers: object[]): readonly string[] =>
  refusedPart(pod, 'ephemeralcontainers', (object) => {
    object.spec.ephemeralContainers = ephemeralContainers
    object.spec.hostname = 'another'
  })

test('who looks for a fault adds containers to a pod that is there, and changes none of them', () => {
  const at = 'spec.ephemeralContainers'
  assert.deepEqual(refusals(podOf({ ephemeralContainers: [container({ name: 'd' })] })), [
    `${at}: Forbidden: cannot be set on create`,
  ])
  const plain = there({})
  assert.deepEqual(debug(plain, container({ name: 'd', targetContainerName: 'c' })), [])
  assert.deepEqual(
    debug(
      plain,
      container({
        targetContainerName: 'e',
        ports: [{ containerPort: 1 }],
        resources: { requests: { cpu: '1' } },
        lifecycle: {},
        volumeMounts: [{ name: 'v', mountPath: '/v', subPath: 'x' }],
      }),
    ),
    [
      `${at}[0].volumeMounts[0].name: Not found: "v"`,
      `${at}[0].name: Duplicate value: "c"`,
      `${at}[0].targetContainerName: Not found: "e"`,
      `${at}[0].ports: Forbidden: cannot be set for an Ephemeral Container`,
      `${at}[0].resources: Forbidden: cannot be set for an Ephemeral Container`,
      `${at}[0].volumeMounts[0].subPath: Forbidden: cannot be set for an Ephemeral Container`,
    ],
  )
  const kept = created(podOf()) as any
  kept.spec.ephemeralContainers = [{ ...kept.spec.containers[0], name: 'd' }]
  assert.deepEqual(debug(kept), [`${at}: Forbidden: existing ephemeral containers "d" may not be removed\n`])
  assert.deepEqual(debug(kept, container({ name: 'd', image: 'j' })), [
    `${at}: Forbidden: existing ephemeral containers "d" may not be changed\nchanged: d.image`,
  ])
  assert.deepEqual(debug(kept, container({ name: 'd' }), container({ name: 'f' })), [])
})

test('what a container has changes while it runs: processor and memory alone, in the class of its pod', () => {
  const resize = (pod: ApiObject, resources: object, list = 'containers'): readonly string[] =>
    refusedPart(pod, 'resize', (object) => {
      object.spec[list][0].resources = resources
      object.spec.hostname = 'another'
    })
  const burst = there({ containers: [container({ resources: { requests: { cpu: '1' }, limits: { memory: '1Gi' } } })] })
  assert.deepEqual(resize(burst, { requests: { cpu: '2', memory: '1Gi' }, limits: { memory: '2Gi' } }), [])
  assert.deepEqual(resize(burst, { requests: { cpu: '2' } }), [
    'spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed',
    'spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed',
  ])
  assert.deepEqual(resize(burst, { requests: { cpu: '1', 'ephemeral-storage': '1Gi' }, limits: { memory: '1Gi' } }), [
    'spec: Forbidden: only cpu and memory resources are mutable',
  ])
  assert.deepEqual(resize(there({}), { requests: { cpu: '1' } }), [
    'spec: Invalid value: "BestEffort": Pod QOS Class may not change as a result of resizing',
  ])
  const old = there(
    { containers: [container({ resources: { requests: { cpu: '1' } } })] },
    { containerStatuses: [{ name: 'c', state: { running: {} } }] },
  )
  assert.deepEqual(resize(old, { requests: { cpu: '2' } }), [
    'spec: Forbidden: Pod running on node without support for resize',
  ])
  const first = there({
    containers: [container({ resources: { requests: { cpu: '1' } } })],
    initContainers: [container({ name: 'i', resources: { requests: { cpu: '1' } } })],
  })
  assert.deepEqual(resize(first, { requests: { cpu: '2' } }, 'initContainers'), [
    'spec: Forbidden: resources for non-sidecar init containers are immutable',
  ])
})

test('containers that come, go, change places or names are no resize', () => {
  const pair = there({ containers: [container({ name: 'a' }), container({ name: 'b' })] })
  const resize = (change: (spec: any) => void) => refusedPart(pair, 'resize', ({ spec }) => change(spec))
  const moved = [0, 1].map(
    (at) => `spec.containers[${at}].name: Forbidden: containers may not be renamed or reordered on resize`,
  )
  assert.deepEqual(
    resize((spec) => spec.containers.reverse()),
    moved,
  )
  assert.deepEqual(
    resize((spec) => {
      spec.containers[1].name = 'c'
    }),
    moved.slice(1),
  )
  const counted = 'Forbidden: containers may not be added or removed on resize'
  assert.deepEqual(
    resize((spec) => spec.containers.pop()),
    [`spec.containers: ${counted}`],
  )
  assert.deepEqual(
    resize((spec) => {
      spec.initContainers = [container({ name: 'i' })]
    }),
    ['spec.initContainers: Forbidden: initContainers may not be added or removed on resize'],
  )
})

test('of a pod that is gated, more can be said; gates only go', () => {
  const change = (spec: object, next: object): readonly string[] =>
    refusedPart(there(spec), '', (object) => {
      Object.assign(object.spec, next)
    })
  const gated = { schedulingGates: [{ name: 'a.b/c' }, { name: 'd' }] }
  const node = (...keys: string[]) => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: keys.map((key) => ({ key, operator: 'Exists' })) }],
        },
      },
    },
  })
  const at = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms'
  assert.deepEqual(change(gated, { schedulingGates: [{ name: 'd' }] }), [])
  assert.deepEqual(change(gated, { schedulingGates: [{ name: 'e' }] }), [
    "spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'e'",
  ])
  assert.deepEqual(change(gated, { nodeSelector: { a: 'b' }, ...node('a') }), [])
  assert.deepEqual(change({ ...gated, ...node('a') }, node('a', 'b')), [])
  assert.match(
    change({ ...gated, ...node('a') }, node('b'))[0]!,
    /nodeSelectorTerms\[0\]: .*only additions are allowed/,
  )
  assert.match(
    change({ ...gated, ...node('a') }, { affinity: undefined })[0]!,
    /no additions\/deletions to non-empty NodeSelectorTerms list are allowed$/,
  )
  assert.ok(change({ ...gated, ...node('a') }, { affinity: undefined })[0]!.startsWith(at))
  assert.deepEqual(change({ ...gated, nodeSelector: { a: 'b' } }, { nodeSelector: { a: 'c' } }), [
    'spec.nodeSelector: Invalid value: {"a":"c"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)',
  ])
  assert.match(change({}, node('a'))[0]!, /pod updates may not change fields other than/)
  assert.deepEqual(refusals(podOf({ ...gated, nodeName: 'n' })), [
    'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared',
  ])
})

test('a container that has ended for good is not told of as one that runs, and the class of a pod stays', () => {
  const ended = { name: 'c', state: { terminated: { exitCode: 1 } } }
  const report = (restartPolicy: string, status: object): readonly string[] =>
    refusedPart(there({ restartPolicy }, { containerStatuses: [ended] }), 'status', (object) => {
      Object.assign(object.status, status)
    })
  const runs = { containerStatuses: [{ name: 'c', state: { running: {} } }] }
  const why = 'status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state'
  assert.deepEqual(report('Never', runs), [why])
  for (const policy of ['Always', 'OnFailure']) assert.deepEqual(report(policy, runs), [])
  assert.deepEqual(report('Never', { qosClass: 'Guaranteed' }), [
    'status.qosClass: Invalid value: "Guaranteed": field is immutable',
  ])
  assert.deepEqual(report('Never', { qosClass: '' }), [])
})

test('a container is told of as one that runs again where its own policy, a rule of its own or one for all of its pod has it go', () => {
  const path = (index: number): string =>
    `status.containerStatuses[${index}].state: Forbidden: may not be transitioned to non-terminated state`
  const report = (restartPolicy: string, container: object, exitCode: number, kind = 'c'): readonly string[] => {
    const [key, statuses] =
      kind === 'c' ? ['containers', 'containerStatuses'] : ['initContainers', 'initContainerStatuses']
    const ended = { name: kind, state: { terminated: { exitCode } } }
    const other = { name: 'other', state: { terminated: { exitCode } } }
    const spec = {
      restartPolicy,
      containers: [{ name: 'other', image: 'i' }],
      [key]: [
        { name: 'other', image: 'i' },
        { name: kind, image: 'i', ...container },
      ],
    }
    return refusedPart(there(spec, { [statuses]: [other, ended] }), 'status', (object) => {
      object.status = { ...object.status, [statuses]: [other, { name: kind, state: { waiting: {} } }] }
    })
  }
  const rule = (action: string, operator = 'In') => ({
    restartPolicy: 'Never',
    restartPolicyRules: [{ action, exitCodes: { operator, values: [42] } }],
  })
  assert.deepEqual(report('Never', { restartPolicy: 'Always' }, 0), [])
  assert.deepEqual(report('Never', { restartPolicy: 'OnFailure' }, 1), [])
  assert.deepEqual(report('Never', { restartPolicy: 'OnFailure' }, 0), [path(1)])
  assert.deepEqual(report('Always', { restartPolicy: 'Never' }, 1), [path(1)])
  assert.deepEqual(report('Never', rule('Restart'), 42), [])
  assert.deepEqual(report('Never', rule('Restart'), 41), [path(1)])
  assert.deepEqual(report('Never', rule('Restart', 'NotIn'), 41), [])
  for (const exitCode of [0, 42, 137]) assert.deepEqual(report('Never', rule('RestartAllContainers'), exitCode), [])
  const init = path(1).replace('containerStatuses', 'initContainerStatuses')
  assert.deepEqual(report('Never', {}, 1, 'i'), [init])
  assert.deepEqual(report('Never', { restartPolicy: 'Always' }, 1, 'i'), [], 'a sidecar')
  assert.deepEqual(report('OnFailure', {}, 1, 'i'), [])
  assert.deepEqual(report('Never', rule('RestartAllContainers'), 0, 'i'), [])
})

test('annotations that mean something are checked, and those of a mirror stay', () => {
  const mirror = 'kubernetes.io/config.mirror'
  const cost = 'controller.kubernetes.io/pod-deletion-cost'
  assert.deepEqual(refusals(podOf({}, { annotations: { [cost]: '+3', [mirror]: 'x' } })), [
    `metadata.annotations[${mirror}]: Invalid value: "x": must set spec.nodeName if mirror pod annotation is set`,
    `metadata.annotations[${cost}]: Invalid value: "+3": must be a 32bit integer`,
  ])
  const annotate = refusedPart(there({ nodeName: 'n' }), '', (object) => {
    object.metadata.annotations = { [mirror]: 'x' }
  })
  assert.deepEqual(annotate, [`metadata.annotations[${mirror}]: Forbidden: may not add mirror pod annotation`])
})
