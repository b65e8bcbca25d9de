import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { forwardService } from '#forwarding/forward-service.ts'
import { hostPortsOf } from '#forwarding/host-ports.ts'
import { namedAddresses } from '#names/pod-records.ts'
import { serviceRecords } from '#names/service-records.ts'
import { ENDPOINT_WEIGHT_ANNOTATION, SERVICE_NAME_LABEL, TRIGGER_TIME_ANNOTATION } from '#objects/well-known.ts'
import { policyNode, policyPod } from '#policy/policy-objects.ts'
import { keepOnly } from '#schema/kept/kept.ts'
import { decodeProtobuf, encodeEnveloped, ReadCache, readProtobuf, unwrapUnknown } from '#schema/protobuf.ts'
import { drawing, generated, MOST } from '#schema/testing/generated.ts'
import { KEPT_FIELDS } from './kept-fields.ts'

const strings = new ReadCache()
const ROUNDS = 150

type Draw = ReturnType<typeof drawing>
const pick = <T>(draw: Draw, ...values: readonly T[]): T => values[draw(values.length)]!

const keptKind = (kind: string): Resource => KEPT_FIELDS.find((one) => one.kind === kind)!
/** As a server has it, before anything was left out. */
const tables = new Map([services, endpointSlices, pods, nodes].map((one) => [one.kind, one as unknown as Resource]))

/** An object as it is read whole, in part from protobuf, and in part from JSON; the last two must be one. */
const read = <T extends ApiObject>(kind: string, given: object): { readonly whole: T; readonly kept: T } => {
  const kept = keptKind(kind)
  const { raw } = unwrapUnknown(encodeEnveloped(tables.get(kind)!.message, given as never))
  const whole = decodeProtobuf(tables.get(kind)!.message, raw).object as unknown as T
  const part = readProtobuf(kept.message, raw, strings) as unknown as T
  assert.deepEqual(keepOnly(kept.message, whole as never), part)
  return { whole, kept: part }
}

const junk = (kind: string, draw: Draw) => generated(tables.get(kind)!.message, draw, MOST) as Record<string, object>

const identity = (draw: Draw, name: string) => ({
  name,
  namespace: 'team',
  uid: `uid-${draw(3)}`,
  resourceVersion: String(draw(1000)),
})

const portOf = (draw: Draw, index: number) => ({
  name: `p${index}`,
  protocol: pick(draw, 'TCP', 'UDP'),
  port: 80 + index,
  targetPort: 8080,
  nodePort: pick(draw, 0, 30_000 + index),
})

const serviceOf = (draw: Draw) => {
  const { spec, status, metadata, ...rest } = junk('Service', draw)
  const type = pick(draw, 'ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName')
  return {
    ...rest,
    metadata: { ...metadata, ...identity(draw, 'web') },
    spec: {
      ...spec,
      type,
      clusterIP: pick(draw, '10.96.0.1', '10.96.0.1', 'None', ''),
      clusterIPs: pick(draw, ['10.96.0.1'], ['10.96.0.1', 'fd00::1'], []),
      externalIPs: pick(draw, [], ['192.0.2.1']),
      ports: [portOf(draw, 0), portOf(draw, 1)],
      sessionAffinity: pick(draw, 'None', 'ClientIP'),
      externalTrafficPolicy: pick(draw, 'Local', 'Cluster'),
      internalTrafficPolicy: pick(draw, 'Local', 'Cluster'),
      loadBalancerSourceRanges: pick(draw, [], ['10.0.0.0/8', '10.1.0.0/16']),
    },
    status: { ...status, loadBalancer: { ingress: [{ ip: '198.51.100.1', ipMode: pick(draw, 'VIP', 'Proxy') }] } },
  }
}

const sliceOf = (draw: Draw, index: number) => {
  const { metadata, ...rest } = junk('EndpointSlice', draw)
  const family = pick(draw, 4, 6)
  return {
    ...rest,
    metadata: {
      ...metadata,
      ...identity(draw, `web-${index}`),
      labels: { [SERVICE_NAME_LABEL]: 'web' },
      annotations: { other: 'x', [ENDPOINT_WEIGHT_ANNOTATION]: pick(draw, '1', '3'), [TRIGGER_TIME_ANNOTATION]: 'now' },
    },
    addressType: family === 4 ? 'IPv4' : 'IPv6',
    endpoints: Array.from({ length: 1 + draw(4) }, (_, at) => ({
      ...(generated(tables.get('EndpointSlice')!.message, draw, MOST).endpoints as object[])?.[0],
      addresses: [family === 4 ? `10.0.${index}.${at + 1}` : `fd00::${index}:${at + 1}`],
      conditions: { ready: draw(2) > 0, serving: draw(2) > 0, terminating: draw(2) > 0 },
      nodeName: pick(draw, 'node-1', 'node-2', undefined),
      hints: pick(draw, undefined, { forZones: [{ name: 'a' }] }, { forNodes: [{ name: 'node-1' }] }),
    })),
    ports: [
      { name: 'p0', protocol: 'TCP', port: 8080 },
      { name: 'p1', protocol: 'UDP', port: 8081 },
    ],
  }
}

const podOf = (draw: Draw) => {
  const { spec, status, metadata, ...rest } = junk('Pod', draw)
  const containers = [
    { name: 'a', ports: [{ name: 'http', containerPort: 80, hostPort: pick(draw, 0, 8080), protocol: 'TCP' }] },
  ]
  return {
    ...rest,
    metadata: { ...metadata, ...identity(draw, 'web') },
    spec: {
      ...spec,
      containers,
      initContainers: [{ ...containers[0], name: 'b', restartPolicy: pick(draw, 'Always', undefined) }],
      nodeName: 'node-1',
      hostNetwork: draw(4) === 0,
    },
    status: {
      ...status,
      phase: pick(draw, 'Running', 'Succeeded'),
      podIP: '10.0.0.9',
      podIPs: pick(draw, [], [{ ip: '10.0.0.9' }, { ip: 'fd00::9' }]),
    },
  }
}

const nodeOf = (draw: Draw) => {
  const { status, metadata, ...rest } = junk('Node', draw)
  const addresses = [
    { type: 'InternalIP', address: '192.0.2.7' },
    { type: 'Hostname', address: 'node-1' },
  ]
  return { ...rest, metadata: { ...metadata, name: 'node-1' }, status: { ...status, addresses } }
}

test('forwarding, names and policies are the same of what is kept as of whole objects', () => {
  const draw = drawing(14)
  let backends = 0
  for (let round = 0; round < ROUNDS; round++) {
    const service = read<Service>('Service', serviceOf(draw))
    const slices = [0, 1].map((index) => read<EndpointSlice>('EndpointSlice', sliceOf(draw, index)))
    const [whole, kept] = [slices.map((one) => one.whole), slices.map((one) => one.kept)]
    const node = { name: 'node-1', zone: 'a' }
    const forwarding = forwardService(service.whole, whole, node)
    assert.deepEqual(forwardService(service.kept, kept, node), forwarding)
    assert.deepEqual(serviceRecords(service.kept, kept), serviceRecords(service.whole, whole))
    for (const { cluster } of forwarding.ports) if (cluster.kind === 'balance') backends += cluster.backends.length
    const pod = read<Pod>('Pod', podOf(draw))
    assert.deepEqual(policyPod(pod.kept), policyPod(pod.whole))
    assert.deepEqual(namedAddresses(pod.kept), namedAddresses(pod.whole))
    assert.deepEqual(hostPortsOf(pod.kept, []), hostPortsOf(pod.whole, []))
    const one = read<Node>('Node', nodeOf(draw))
    assert.deepEqual(policyNode(one.kept), policyNode(one.whole))
  }
  assert.ok(backends > ROUNDS, `${backends} backends were compared`)
})

test('who owns fields, and annotations that nobody here reads, are not held', () => {
  const { whole, kept } = read<EndpointSlice>('EndpointSlice', {
    metadata: {
      name: 'web-1',
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', [TRIGGER_TIME_ANNOTATION]: 'now' },
      managedFields: [{ manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:ports': {} } }],
    },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.1'], targetRef: { kind: 'Pod', name: 'web' } }],
  })
  assert.ok(whole.metadata?.managedFields && whole.endpoints?.[0]?.targetRef)
  assert.deepEqual(kept.metadata, { name: 'web-1', annotations: { [TRIGGER_TIME_ANNOTATION]: 'now' } })
  assert.deepEqual(kept.endpoints, [{ addresses: ['10.0.0.1'], conditions: {} }])
})
