import assert from 'node:assert/strict'
import { test } from 'node:test'
import { at, facts, node, service, slice } from '../testing/cluster.ts'
import { NodeView } from './node-view.ts'

test('a node’s own addresses are its own to the rules, whether node ports answer at them or not', () => {
  const external = service('web', '10.96.0.1', { externalIPs: ['198.51.100.7'], externalTrafficPolicy: 'Local' })
  const masquerade = (nodePortAddresses: readonly string[]) => {
    const { network } = facts()
    const known = facts({
      services: [external],
      slices: [slice('web', [at('10.244.2.11', 2)])],
      network: { ...network, nodePortAddresses },
    })
    const outcomes = new NodeView(known, known.services, node(1)).outcomes({
      source: '172.30.0.2',
      destination: '198.51.100.7',
      protocol: 'TCP',
      port: 80,
      fromNode: true,
    })
    return outcomes.map(({ verdict }) => verdict.kind === 'dnat' && verdict.masquerade)
  }
  assert.deepEqual(masquerade([]), [true])
  assert.deepEqual(masquerade(['192.0.2.0/24']), [true])
})
