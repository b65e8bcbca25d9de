import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deployment as deployments } from '#api/apps/deployment/kind.ts'
import { lease as leases } from '#api/coordination/lease/kind.ts'
import { namespace as namespaces } from '#api/core/namespace/kind.ts'
import { node as nodes } from '#api/core/node/kind.ts'
import { pod as pods } from '#api/core/pod/kind.ts'
import { secret as secrets } from '#api/core/secret/kind.ts'
import { service as services } from '#api/core/service/kind.ts'
import type { Service } from '#api/core/service/message.ts'
import { endpointSlice as endpointSlices } from '#api/discovery/endpointslice/kind.ts'
import type { ApiObject } from '#api/resource.ts'
import { applyDefaults } from './defaults.ts'
import type { Kind } from './kind.ts'
import { prepareForCreate, prepareForUpdate } from './prepare.ts'
import { validateUpdate } from './validate.ts'

const stored = (spec: object): Service =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's', namespace: 'default', uid: 'u', resourceVersion: '7' },
    spec: {
      clusterIP: '10.96.0.5',
      clusterIPs: ['10.96.0.5'],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      ...spec,
    },
    status: { loadBalancer: {} },
  }) as Service

const changed = (old: Service, change: (service: any) => void): any => {
  const object = structuredClone(old)
  change(object)
  applyDefaults(services, object)
  prepareForUpdate(services, object, old)
  assert.deepEqual(validateUpdate(services, object, old), [])
  return object
}

describe('a Service that changes its type', () => {
  const loadBalancer = stored({
    type: 'LoadBalancer',
    externalTrafficPolicy: 'Local',
    healthCheckNodePort: 30200,
    allocateLoadBalancerNodePorts: true,
    ports: [{ port: 80, protocol: 'TCP', targetPort: 80, nodePort: 30080 }],
  })
  test('keeps its address and gets a traffic policy when it becomes a NodePort', () => {
    const old = stored({ type: 'ClusterIP' })
    const service = changed(old, ({ spec }) => {
      spec.type = 'NodePort'
    })
    assert.equal(service.spec.externalTrafficPolicy, 'Cluster')
    assert.equal(service.spec.clusterIP, '10.96.0.5')
  })
  test('gives all of a load balancer back when it becomes a ClusterIP', () => {
    const service = changed(loadBalancer, ({ spec }) => {
      spec.type = 'ClusterIP'
    })
    assert.deepEqual(service.spec.ports, [{ port: 80, protocol: 'TCP', targetPort: 80 }])
    for (const field of ['externalTrafficPolicy', 'healthCheckNodePort', 'allocateLoadBalancerNodePorts'])
      assert.equal(service.spec[field], undefined, field)
  })
  test('frees the health check node port when its policy goes from Local to Cluster', () => {
    const service = changed(loadBalancer, ({ spec }) => {
      spec.externalTrafficPolicy = 'Cluster'
    })
    assert.equal(service.spec.healthCheckNodePort, undefined)
    assert.equal(service.spec.ports[0].nodePort, 30080)
  })
  test('loses its addresses as an ExternalName', () => {
    const service = changed(loadBalancer, ({ spec }) => {
      spec.type = 'ExternalName'
      spec.externalName = 'example.org'
    })
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'])
      assert.equal(service.spec[field], undefined)
  })
  test('keeps its second address until it asks for one family', () => {
    const dual = stored({
      type: 'ClusterIP',
      clusterIPs: ['10.96.0.5', 'fd00::5'],
      ipFamilies: ['IPv4', 'IPv6'],
      ipFamilyPolicy: 'RequireDualStack',
    })
    const service = changed(dual, ({ spec }) => {
      spec.ipFamilyPolicy = 'SingleStack'
    })
    assert.deepEqual([service.spec.clusterIPs, service.spec.ipFamilies], [['10.96.0.5'], ['IPv4']])
  })
})

describe('a manifest that is sent again as it was written', () => {
  test('keeps addresses, families and node ports, by the name of the port', () => {
    const old = stored({
      type: 'NodePort',
      externalTrafficPolicy: 'Cluster',
      ports: [
        { name: 'a', port: 80, protocol: 'TCP', targetPort: 80, nodePort: 30001 },
        { name: 'b', port: 81, protocol: 'TCP', targetPort: 81, nodePort: 30002 },
      ],
    })
    const service = changed(old, (object) => {
      object.spec = {
        type: 'NodePort',
        ports: [
          { name: 'b', port: 82 },
          { name: 'a', port: 80 },
        ],
      }
    })
    assert.deepEqual(
      service.spec.ports.map((port: any) => port.nodePort),
      [30002, 30001],
    )
    assert.deepEqual(service.spec.clusterIPs, ['10.96.0.5'])
    assert.deepEqual(service.spec.ipFamilies, ['IPv4'])
  })
  test('does not keep a node port that the manifest gives to another port', () => {
    const old = stored({
      type: 'NodePort',
      externalTrafficPolicy: 'Cluster',
      ports: [{ name: 'a', port: 80, protocol: 'TCP', targetPort: 80, nodePort: 30001 }],
    })
    const service = changed(old, (object) => {
      object.spec = {
        type: 'NodePort',
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 81, nodePort: 30001 },
        ],
      }
    })
    assert.equal(service.spec.ports[0].nodePort, undefined)
  })
})

describe('prepareForCreate() and prepareForUpdate()', () => {
  const deployment = (): any => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd', namespace: 'x' },
    spec: { replicas: 1 },
  })
  test('start the generation at 1, drop a status and count changes of the wish alone', () => {
    const old = { ...deployment(), status: { replicas: 9 } }
    prepareForCreate(deployments, old)
    assert.deepEqual([old.metadata.generation, old.status], [1, {}])
    const same = structuredClone(old)
    same.metadata.labels = { a: 'b' }
    same.metadata.generation = 77
    same.status = { replicas: 3 }
    prepareForUpdate(deployments, same, old)
    assert.deepEqual([same.metadata.generation, same.status], [1, {}])
    const scaled = structuredClone(old)
    scaled.spec.replicas = 2
    prepareForUpdate(deployments, scaled, old)
    assert.equal(scaled.metadata.generation, 2)
  })
  test('let a status update touch the status alone', () => {
    const old = deployment()
    prepareForCreate(deployments, old)
    const object = structuredClone(old)
    object.spec.replicas = 9
    object.metadata.labels = { a: 'b' }
    object.status = { replicas: 1 }
    prepareForUpdate(deployments, object, old, 'status')
    assert.deepEqual([object.spec.replicas, object.status, object.metadata.generation], [1, { replicas: 1 }, 1])
    assert.equal(object.metadata.labels, undefined)
  })
  test('never take back a deletion, nor let a client start one', () => {
    const old: any = { ...deployment(), metadata: { name: 'd', deletionTimestamp: '2026-01-01T00:00:00Z' } }
    const revived = deployment()
    prepareForUpdate(deployments, revived, old)
    assert.equal(revived.metadata.deletionTimestamp, '2026-01-01T00:00:00Z')
    const fresh: any = deployment()
    fresh.metadata.deletionTimestamp = '2026-01-01T00:00:00Z'
    prepareForCreate(deployments, fresh)
    assert.equal(fresh.metadata.deletionTimestamp, undefined)
  })
  test('count any change of an EndpointSlice', () => {
    const old: any = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 's' },
      addressType: 'IPv4',
      endpoints: [],
      ports: [],
    }
    prepareForCreate(endpointSlices, old)
    const object = structuredClone(old)
    object.endpoints = [{ addresses: ['10.0.0.1'] }]
    prepareForUpdate(endpointSlices, object, old)
    assert.equal(object.metadata.generation, 2)
    const same = structuredClone(object)
    same.metadata.resourceVersion = '9'
    prepareForUpdate(endpointSlices, same, object)
    assert.equal(same.metadata.generation, 2)
  })
  test('give a namespace its finalizer, phase and label, and a pod its phase and class', () => {
    const namespace: any = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } }
    applyDefaults(namespaces, namespace)
    prepareForCreate(namespaces, namespace)
    assert.deepEqual(namespace, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'n', labels: { 'kubernetes.io/metadata.name': 'n' } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    })
    const classOf = (resources: object): string => {
      const pod: any = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'p' },
        spec: { containers: [{ name: 'c', resources }] },
      }
      applyDefaults(pods, pod)
      prepareForCreate(pods, pod)
      return pod.status.qosClass
    }
    assert.equal(classOf({}), 'BestEffort')
    assert.equal(classOf({ requests: { cpu: '100m' } }), 'Burstable')
    assert.equal(classOf({ limits: { cpu: '100m', memory: '64Mi' } }), 'Guaranteed')
  })
})

test('a Secret folds stringData into data as base64 of its UTF-8', () => {
  const secret: any = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    data: { a: 'eA==' },
    stringData: { a: 'ü', b: '', c: 'abcd', d: '🚢' },
  }
  applyDefaults(secrets, secret)
  assert.equal(secret.stringData, undefined)
  for (const [key, text] of Object.entries({ a: 'ü', b: '', c: 'abcd', d: '🚢' }))
    assert.equal(Buffer.from(secret.data[key], 'base64').toString(), text)
  assert.equal(secret.type, 'Opaque')
})

test('an update of a Lease must name the version that it read', () => {
  const old: any = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'l', namespace: 'x', resourceVersion: '5' },
    spec: {},
  }
  const object: ApiObject = { ...old, metadata: { name: 'l', namespace: 'x' } }
  prepareForUpdate(leases, object, old)
  assert.deepEqual(
    validateUpdate(leases, object, old).map(({ field, detail }) => `${field} ${detail}`),
    ['metadata.resourceVersion must be specified for an update'],
  )
})

describe('prepareForCreate() and prepareForUpdate(), member by member', () => {
  const system = { deletionTimestamp: 't', deletionGracePeriodSeconds: 1, selfLink: 's', generation: 7 }
  test('drop what only the system sets, and begin to count where a kind is counted', () => {
    const created = (kind: Kind, more: object): any => {
      const object: any = { apiVersion: 'v1', kind: kind.resource.kind, ...more }
      prepareForCreate(kind, object)
      const { apiVersion: _, kind: __, ...rest } = object
      return rest
    }
    const given = { metadata: { name: 'a', ...system }, status: { x: 1 } }
    assert.deepEqual(created(leases, given), { metadata: { name: 'a' }, status: { x: 1 } })
    assert.deepEqual(created(deployments, given), { metadata: { name: 'a', generation: 1 }, status: {} })
    assert.deepEqual(created(nodes, given), { metadata: { name: 'a' }, status: { x: 1 } })
    assert.deepEqual(created(leases, {}), { metadata: {} })
  })

  test('carry over what an update leaves out, and never change a deletion', () => {
    const updated = (kind: Kind, metadata: object | undefined, old: object): any => {
      const object: any = { apiVersion: 'v1', kind: kind.resource.kind, metadata }
      prepareForUpdate(kind, object, { ...object, metadata: old })
      return object.metadata
    }
    const old = { uid: 'u', creationTimestamp: 'c', resourceVersion: '5', generation: 2 }
    assert.deepEqual(updated(secrets, undefined, old), old)
    assert.deepEqual(updated(secrets, system, old), { ...old, deletionGracePeriodSeconds: 1 })
    const going = { ...old, deletionTimestamp: 't', deletionGracePeriodSeconds: 3 }
    assert.deepEqual(updated(secrets, {}, going), going)
    const own = {
      uid: 'v',
      creationTimestamp: 'd',
      resourceVersion: '6',
      deletionTimestamp: 'x',
      deletionGracePeriodSeconds: 9,
      generation: 8,
    }
    assert.deepEqual(updated(secrets, own, going), { ...own, generation: 2, deletionTimestamp: 't' })
    assert.deepEqual(updated(secrets, { generation: 3 }, { name: 'a' }), {})
    const { resourceVersion: _, ...unversioned } = old
    assert.deepEqual(updated(leases, {}, old), unversioned)
  })

  test('keep the status in a plain update, and the rest in one of the status', () => {
    const written = (part: '' | 'status', old: object): any => {
      const object: any = { metadata: {}, spec: { unschedulable: true }, status: { phase: 'new' } }
      prepareForUpdate(nodes, object, { metadata: {}, ...old } as never, part)
      return object
    }
    const old = { spec: { podCIDR: 'a' }, status: { phase: 'old' } }
    assert.deepEqual(written('', old), { metadata: {}, spec: { unschedulable: true }, status: { phase: 'old' } })
    assert.deepEqual(written('', {}), { metadata: {}, spec: { unschedulable: true } })
    assert.deepEqual(written('status', old), { metadata: {}, spec: { podCIDR: 'a' }, status: { phase: 'new' } })
    assert.deepEqual(written('status', {}), { metadata: {}, status: { phase: 'new' } })
    const secret: any = { metadata: {}, status: 1 }
    prepareForUpdate(secrets, secret, { metadata: {} } as never)
    assert.deepEqual(secret, { metadata: {}, status: 1 })
  })

  test('count a change from nothing and to nothing', () => {
    const counted = (old: object, next: object): unknown => {
      const object: any = { metadata: {}, ...next }
      prepareForUpdate(deployments, object, { metadata: { generation: 4 }, ...old } as never)
      return object.metadata.generation
    }
    assert.deepEqual([counted({}, {}), counted({ spec: {} }, {}), counted({}, { spec: { replicas: 1 } })], [4, 4, 5])
    const fresh: any = { metadata: {}, spec: { replicas: 1 } }
    prepareForUpdate(deployments, fresh, { metadata: {} } as never)
    assert.equal(fresh.metadata.generation, 1)
    const pod: any = { metadata: {}, spec: undefined }
    prepareForUpdate(pods, pod, { metadata: { generation: 1 }, spec: {} } as never)
    assert.equal(pod.metadata.generation, 1)
  })
})
