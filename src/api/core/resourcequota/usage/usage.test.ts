import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evaluatorOf } from './evaluators.ts'

const NOW = Date.parse('2026-11-21T04:00:00Z')
const core = (plural: string) => ({ group: '', plural })
const usage = (plural: string, object: object) => evaluatorOf(core(plural))!.usage(object as never, NOW)
const pod = (spec: object, more: object = {}): any => ({ apiVersion: 'v1', kind: 'Pod', spec, ...more })
const resources = (requests: object, limits: object = {}) => ({ resources: { requests, limits } })

test('of most kinds, objects are counted; of old ones by two names; Events by none', () => {
  const deployments = evaluatorOf({ group: 'apps', plural: 'deployments' })!
  assert.deepEqual(deployments.usage({} as never, NOW), { 'count/deployments.apps': '1' })
  assert.deepEqual(usage('secrets', {}), { 'count/secrets': '1', secrets: '1' })
  assert.deepEqual(usage('podtemplates', {}), { 'count/podtemplates': '1' })
  assert.equal(evaluatorOf(core('events')), undefined)
  assert.equal(evaluatorOf({ group: 'events.k8s.io', plural: 'events' }), undefined)
  assert.equal(deployments.tracks('count/deployments.apps'), true)
  assert.equal(deployments.tracks('deployments'), false)
  assert.equal(deployments.isIn({ scopeName: 'Terminating', operator: 'Exists' }, {} as never), false)
})

test('an object is counted when it is made, and neither when it changes nor of a part of it', () => {
  const { holds } = evaluatorOf(core('secrets'))!
  const object = {} as never
  assert.deepEqual(
    [
      { object, subresource: '' },
      { object, previous: object, subresource: '' },
      { object, subresource: 'x' },
    ].map(holds),
    [true, false, false],
  )
})

test('a pod takes what its containers ask for and are limited to, under each name', () => {
  const spec = { containers: [resources({ cpu: '1', memory: '1Gi', 'example.com/gpu': '2' }, { cpu: '2' })] }
  assert.deepEqual(usage('pods', pod(spec)), {
    'count/pods': '1',
    pods: '1',
    cpu: '1',
    'requests.cpu': '1',
    'limits.cpu': '2',
    memory: '1Gi',
    'requests.memory': '1Gi',
    'requests.example.com/gpu': '2',
  })
  const pages = usage('pods', pod({ containers: [resources({ 'hugepages-2Mi': '4Mi', 'kubernetes.io/x': '1' })] }))
  assert.deepEqual(pages, { 'count/pods': '1', pods: '1', 'hugepages-2Mi': '4Mi', 'requests.hugepages-2Mi': '4Mi' })
})

test('overhead comes to what a pod asks for, and to limits that it has', () => {
  const spec = { containers: [resources({ cpu: '1' }, { memory: '1Gi' })], overhead: { cpu: '250m', memory: '64Mi' } }
  const { 'requests.cpu': cpu, 'limits.cpu': cpuLimit, 'limits.memory': memory } = usage('pods', pod(spec))
  assert.deepEqual([cpu, cpuLimit, memory], ['1250m', undefined, '1088Mi'])
})

test('a pod that is over takes a place in storage alone', () => {
  const spec = { containers: [resources({ cpu: '1' })] }
  const over = { 'count/pods': '1' }
  assert.deepEqual(usage('pods', pod(spec, { status: { phase: 'Succeeded' } })), over)
  assert.deepEqual(usage('pods', pod(spec, { status: { phase: 'Failed' } })), over)
  const leaving = (deletionTimestamp: string) =>
    pod(spec, { metadata: { deletionTimestamp, deletionGracePeriodSeconds: 30 } })
  assert.deepEqual(usage('pods', leaving('2026-11-21T03:59:29Z')), over)
  assert.equal(usage('pods', leaving('2026-11-21T03:59:30Z')).pods, '1')
  assert.equal(usage('pods', pod(spec, { status: { phase: 'Running' } })).pods, '1')
})

test('amounts of pods are known by their names', () => {
  const { tracks } = evaluatorOf(core('pods'))!
  for (const name of ['pods', 'count/pods', 'cpu', 'requests.memory', 'limits.ephemeral-storage', 'hugepages-2Mi'])
    assert.equal(tracks(name), true, name)
  for (const name of ['requests.hugepages-1Gi', 'requests.example.com/gpu']) assert.equal(tracks(name), true, name)
  for (const name of ['services', 'requests.storage', 'requests.kubernetes.io/x', 'limits.example.com/gpu'])
    assert.equal(tracks(name), false, name)
})

test('a pod is in a scope by its deadline, its class of service, its priority or whom it wants to be near', () => {
  const isIn = (scopeName: string, spec: object, operator = 'Exists', values?: string[]) =>
    evaluatorOf(core('pods'))!.isIn({ scopeName, operator, ...(values ? { values } : {}) }, pod(spec))
  const effort = { containers: [{ name: 'c', ...resources({ cpu: '1' }) }] }
  const none = { containers: [{ name: 'c' }] }
  assert.deepEqual([isIn('Terminating', { activeDeadlineSeconds: 0 }), isIn('Terminating', {})], [true, false])
  assert.deepEqual([isIn('NotTerminating', { activeDeadlineSeconds: 0 }), isIn('NotTerminating', {})], [false, true])
  assert.deepEqual([isIn('BestEffort', none), isIn('BestEffort', effort)], [true, false])
  assert.deepEqual([isIn('NotBestEffort', none), isIn('NotBestEffort', effort)], [false, true])
  const high = { priorityClassName: 'high' }
  assert.deepEqual([isIn('PriorityClass', high), isIn('PriorityClass', {})], [true, false])
  assert.deepEqual(
    [isIn('PriorityClass', high, 'In', ['high']), isIn('PriorityClass', high, 'In', ['low'])],
    [true, false],
  )
  assert.deepEqual(
    [isIn('PriorityClass', high, 'NotIn', ['high']), isIn('PriorityClass', {}, 'NotIn', ['high'])],
    [false, true],
  )
  assert.deepEqual(
    [isIn('PriorityClass', high, 'DoesNotExist'), isIn('PriorityClass', {}, 'DoesNotExist')],
    [false, true],
  )
  assert.equal(isIn('PriorityClass', high, 'Odd'), false)
  const near = (term: object) => ({
    affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
  })
  const far = (podAffinityTerm: object) => ({
    affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ podAffinityTerm }] } },
  })
  for (const make of [near, far])
    assert.deepEqual(
      [{ namespaces: ['x'] }, { namespaceSelector: {} }, { topologyKey: 'k' }].map((term) =>
        isIn('CrossNamespacePodAffinity', make(term)),
      ),
      [true, true, false],
    )
  assert.equal(isIn('VolumeAttributesClass', {}), false)
})

test('where cpu or memory are limited, each container must say how much it takes', () => {
  const missing = (names: string[], spec: object) => evaluatorOf(core('pods'))!.missing!(names, pod(spec))
  const spec = {
    containers: [{ name: 'b' }, { name: 'a', ...resources({ cpu: '1' }) }],
    initContainers: [{ name: 'i', ...resources({}, { memory: '1Gi' }) }],
  }
  assert.equal(missing(['pods', 'requests.cpu'], spec), 'must specify requests.cpu for: b,i')
  assert.equal(missing(['limits.memory', 'cpu'], spec), 'must specify cpu for: b,i; limits.memory for: a,b')
  assert.equal(missing(['pods', 'requests.ephemeral-storage'], spec), undefined)
  assert.equal(missing(['cpu'], { ...spec, resources: { requests: { memory: '1Gi' } } }), undefined)
})

test('a pod is held when it is made, resized, or moves into another scope', () => {
  const { holds } = evaluatorOf(core('pods'))!
  const [plain, ending] = [pod({}), pod({ activeDeadlineSeconds: 5 })]
  assert.deepEqual(
    [
      { object: plain, subresource: '' },
      { object: plain, previous: plain, subresource: '' },
      { object: ending, previous: plain, subresource: '' },
      { object: plain, previous: plain, subresource: 'resize' },
      { object: ending, previous: plain, subresource: 'status' },
    ].map(holds),
    [true, false, true, true, false],
  )
})

test('a Service takes its node ports and its load balancer', () => {
  const of = (spec: object) => {
    const { services, 'count/services': count, ...rest } = usage('services', { spec })
    assert.deepEqual([services, count], ['1', '1'])
    return [rest['services.nodeports'], rest['services.loadbalancers']]
  }
  const ports = [{ port: 1 }, { port: 2, nodePort: 30_000 }]
  assert.deepEqual(of({ ports }), ['0', '0'])
  assert.deepEqual(of({ type: 'NodePort', ports }), ['2', '0'])
  assert.deepEqual(of({ type: 'LoadBalancer', ports }), ['2', '1'])
  assert.deepEqual(of({ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports }), ['1', '1'])
  const { tracks, holds, isIn } = evaluatorOf(core('services'))!
  assert.deepEqual(['services', 'services.nodeports', 'pods'].map(tracks), [true, true, false])
  assert.deepEqual(
    ['', 'status'].map((subresource) => holds({ object: {} as never, previous: {} as never, subresource })),
    [true, false],
  )
  assert.equal(isIn({ scopeName: 'BestEffort', operator: 'Exists' }, {} as never), false)
})

test('a claim takes storage, also of its class', () => {
  const claim = (spec: object, more: object = {}) => ({
    spec: { resources: { requests: { storage: '1500m' } }, ...spec },
    ...more,
  })
  assert.deepEqual(usage('persistentvolumeclaims', claim({})), {
    'count/persistentvolumeclaims': '1',
    persistentvolumeclaims: '1',
    'requests.storage': '2',
  })
  const classed = usage('persistentvolumeclaims', claim({ storageClassName: 'fast' }))
  assert.equal(classed['fast.storageclass.storage.k8s.io/requests.storage'], '2')
  assert.equal(classed['fast.storageclass.storage.k8s.io/persistentvolumeclaims'], '1')
  const annotations = { 'volume.beta.kubernetes.io/storage-class': 'old' }
  const older = usage('persistentvolumeclaims', claim({ storageClassName: 'fast' }, { metadata: { annotations } }))
  assert.equal(older['old.storageclass.storage.k8s.io/persistentvolumeclaims'], '1')
  const grown = claim({}, { status: { allocatedResources: { storage: '5' } } })
  assert.equal(usage('persistentvolumeclaims', grown)['requests.storage'], '5')
  assert.deepEqual(usage('persistentvolumeclaims', {}), {
    'count/persistentvolumeclaims': '1',
    persistentvolumeclaims: '1',
  })
  const { tracks, holds, isIn } = evaluatorOf(core('persistentvolumeclaims'))!
  assert.deepEqual(
    ['requests.storage', 'a.storageclass.storage.k8s.io/requests.storage', 'count/persistentvolumeclaims', 'pods'].map(
      tracks,
    ),
    [true, true, true, false],
  )
  assert.equal(holds({ object: {} as never, previous: {} as never, subresource: 'status' }), true)
  const scope = { scopeName: 'VolumeAttributesClass', operator: 'In', values: ['gold'] }
  const attributed = (spec: object, status: object = {}) => isIn(scope, { spec, status } as never)
  assert.deepEqual(
    [
      attributed({}),
      attributed({ volumeAttributesClassName: 'gold' }),
      attributed({ volumeAttributesClassName: 'x' }, { currentVolumeAttributesClassName: 'gold' }),
      attributed({}, { modifyVolumeStatus: { targetVolumeAttributesClassName: 'gold' } }),
    ],
    [false, true, true, true],
  )
  assert.equal(isIn({ scopeName: 'BestEffort', operator: 'Exists' }, {} as never), false)
})
