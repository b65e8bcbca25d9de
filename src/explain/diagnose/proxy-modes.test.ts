import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterFacts } from '../cluster/facts.ts'
import { ask, facts, service } from '../testing/cluster.ts'
import { print } from '../words/print.ts'

/* What depends on a proxy's mode is among what nobody saw: of the packet that was asked about, and of no other. */

const { network } = facts()
const foreign = (more: Partial<ClusterFacts> = {}): ClusterFacts =>
  facts({
    network: { ...network, foreign: true, hostAddresses: [], egress: true },
    listening: {},
    kernels: [],
    ...more,
  })
const notes = (from: string, to: string, given = foreign()): readonly string[] =>
  ask(from, to, {}, given).unseen.filter((text) => text.startsWith('which mode its proxy has'))

for (const [about, from, to, expected, given] of [
  ['a node port at localhost', 'node/node-1', '127.0.0.1:30080', /127\.0\.0\.1 of a node: iptables answers/, undefined],
  ['a node port', 'node/node-1', '172.30.0.3:30080', /at which of its addresses a node answers/, undefined],
  ['a node port under policy Local', 'pod/client', '172.30.0.3:30080', /Local binds pods and nodes/, undefined],
  ['a Service without endpoints', 'pod/client', 'svc/web', /without endpoints refuses/, foreign({ slices: [] })],
  ['a port that is not served', 'pod/client', '10.96.0.1:81', /a port that a ClusterIP does not serve/, undefined],
  ['an address that no Service has', 'pod/client', '10.96.0.99:80', /an address that no Service has/, undefined],
  [
    'session affinity',
    'pod/client',
    'svc/web',
    /whom session affinity takes for one client/,
    foreign({ services: [service('web', '10.96.0.1', { sessionAffinity: 'ClientIP' })] }),
  ],
  ['a masqueraded client', 'pod/web-1', 'svc/web', /whose address the backend sees/, undefined],
] as const)
  test(`what differs with the proxy’s mode is among what was not seen: ${about}`, () => {
    const found = notes(from, to, given)
    assert.equal(found.filter((text) => expected.test(text)).length, 1, found.join('\n'))
    assert.match(
      print(ask(from, to, {}, given ?? foreign()).trace),
      /\nNOT SEEN from here\n(?: {2}.*\n)* {2}which mode its proxy has/,
    )
  })

test('a plain ClusterIP is the same in every mode, and our own nodes have but one', () => {
  assert.deepEqual(notes('pod/client', 'svc/web'), [])
  assert.deepEqual(notes('pod/client', '172.30.0.3:30080', facts()), [])
})
