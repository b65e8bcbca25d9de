import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../json-value.ts'
import type { MessageClass } from '../schema.ts'
import { Deployment, Node, Pod, Service } from '../testing/messages.ts'
import { mergeKeyCollisions } from './merge-key-collisions.ts'
import { applyStrategicMergePatch } from './strategic/merge.ts'

const texts = (message: MessageClass<unknown>, patch: object): readonly string[] =>
  mergeKeyCollisions(message, patch as JsonObject).map(
    ({ item, earlier, key, value }) => `${item} ${earlier} ${key}=${value}`,
  )

const twoProtocols = [
  { name: 'u', port: 80, protocol: 'UDP' },
  { name: 't', port: 80, protocol: 'TCP' },
]

test('two items with one merge key are found in every list of a kind whose key is not unique', () => {
  assert.deepEqual(texts(Service, { spec: { ports: twoProtocols } }), ['spec.ports[1] spec.ports[0] port=80'])
  const containers = [{ name: 'c', ports: [{ containerPort: 53, protocol: 'UDP' }, { containerPort: 53 }] }]
  const at = 'spec.template.spec.containers[0].ports'
  assert.deepEqual(texts(Deployment, { spec: { template: { spec: { containers } } } }), [
    `${at}[1] ${at}[0] containerPort=53`,
  ])
  const addresses = ['172.30.0.2', 'fd00::2'].map((address) => ({ type: 'InternalIP', address }))
  assert.deepEqual(texts(Node, { status: { addresses } }), ['status.addresses[1] status.addresses[0] type=InternalIP'])
  const hostAliases = [
    { ip: '192.0.2.1', hostnames: ['a'] },
    { ip: '192.0.2.1', hostnames: ['b'] },
  ]
  assert.deepEqual(texts(Pod, { spec: { hostAliases } }), ['spec.hostAliases[1] spec.hostAliases[0] ip=192.0.2.1'])
  assert.deepEqual(texts(Service, { spec: { '$setElementOrder/ports': [{ port: 80 }, { port: 80 }] } }), [
    'spec.$setElementOrder/ports[1] spec.$setElementOrder/ports[0] port=80',
  ])
})

test('what merges nothing collides with nothing: a list replaced, items deleted, keys of their own, atomic lists', () => {
  for (const patch of [
    { spec: { ports: [...twoProtocols, { $patch: 'replace' }] } },
    { spec: { ports: [{ $patch: 'delete', port: 80 }, twoProtocols[1]!] } },
    { spec: { ports: [{ port: 80 }, { port: 81 }] } },
    { spec: { externalIPs: ['192.0.2.1', '192.0.2.1'], selector: { a: '1' } } },
    { metadata: { labels: null } },
  ])
    assert.deepEqual(texts(Service, patch), [])
})

// Recorded from kube-apiserver 1.36: the port that stood there keeps what the patch does not name, and one is left.
test('items with one merge key become one, the later over the earlier, as Kubernetes merges them', () => {
  const original = { spec: { ports: [{ port: 80, protocol: 'TCP', targetPort: 80, nodePort: 32_574 }] } }
  assert.deepEqual(applyStrategicMergePatch(Service, original, { spec: { ports: twoProtocols } }), {
    spec: { ports: [{ name: 't', port: 80, protocol: 'TCP', targetPort: 80, nodePort: 32_574 }] },
  })
})
