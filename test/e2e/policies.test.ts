import { after } from 'node:test'
import { hasSctpSockets } from '#kernel/sockets/probe-socket.ts'
import { claim, FAIRLEAD, run, withCluster } from './harness.ts'
import { at, Table } from './policies/table.ts'
import { type PolicyObject, World } from './policies/world.ts'

const { name: CLUSTER } = withCluster('policies', ['--nodes', '2'])

const policy = (of: string, spec: object, name = 'one'): PolicyObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { namespace: of, name },
  spec,
})
const labelled = (label: string, value: string) => ({ matchLabels: { [label]: value } })
const ns = (name: string) => ({ namespaceSelector: labelled('ns', name) })
const both = (of: string, name: string) => ({ ...ns(of), podSelector: labelled('pod', name) })

/** What people write, and what becomes of the table: each is tried by itself. */
const CASES: Readonly<Record<string, readonly PolicyObject[]>> = {
  'nothing comes into a namespace': [policy('x', { podSelector: {}, policyTypes: ['Ingress'] })],
  'nothing leaves a namespace': [policy('x', { podSelector: {}, policyTypes: ['Egress'] })],
  'nothing comes in or leaves': [policy('x', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })],
  'all may come in, whatever else isolates': [
    policy('x', { podSelector: {}, ingress: [{}] }),
    policy('x', { podSelector: {}, policyTypes: ['Ingress'] }, 'deny'),
  ],
  'one pod, from its own namespace': [
    policy('x', { podSelector: labelled('pod', 'a'), ingress: [{ from: [{ podSelector: {} }] }] }),
  ],
  'from another namespace': [policy('x', { podSelector: labelled('pod', 'a'), ingress: [{ from: [ns('y')] }] })],
  'from a pod of another namespace': [
    policy('x', { podSelector: labelled('pod', 'a'), ingress: [{ from: [both('y', 'b')] }] }),
  ],
  'from a pod, or from a namespace': [
    policy('x', {
      podSelector: labelled('pod', 'a'),
      ingress: [{ from: [{ podSelector: labelled('pod', 'b') }, ns('y')] }],
    }),
  ],
  'by expressions': [
    policy('x', {
      podSelector: { matchExpressions: [{ key: 'pod', operator: 'NotIn', values: ['c'] }] },
      ingress: [
        {
          from: [
            {
              namespaceSelector: { matchExpressions: [{ key: 'ns', operator: 'In', values: ['x', 'z'] }] },
              podSelector: {
                matchExpressions: [
                  { key: 'pod', operator: 'Exists' },
                  { key: 'none', operator: 'DoesNotExist' },
                ],
              },
            },
          ],
        },
      ],
    }),
  ],
  'a port, by its number': [policy('x', { podSelector: labelled('pod', 'a'), ingress: [{ ports: [{ port: 80 }] }] })],
  'a port, by its name': [
    policy('x', {
      podSelector: labelled('pod', 'a'),
      ingress: [{ ports: [{ port: 'serve-81-tcp' }, { port: 'serve-80-udp', protocol: 'UDP' }] }],
    }),
  ],
  'a range of ports, and its protocol alone': [
    policy('x', {
      podSelector: labelled('pod', 'a'),
      ingress: [{ from: [ns('y')], ports: [{ port: 80, endPort: 81 }] }],
    }),
  ],
  'all ports of one protocol': [policy('x', { podSelector: {}, ingress: [{ ports: [{ protocol: 'UDP' }] }] })],
  'several rules add up': [
    policy('x', { podSelector: labelled('pod', 'a'), ingress: [{ from: [ns('y')], ports: [{ port: 80 }] }] }),
    policy('x', { podSelector: {}, ingress: [{ from: [both('z', 'c')], ports: [{ port: 81 }] }] }, 'two'),
  ],
  'a range of addresses, and what it leaves out': [
    policy('x', {
      podSelector: labelled('pod', 'a'),
      ingress: [
        {
          from: [
            { ipBlock: { cidr: '10.244.0.0/16', except: ['10.244.1.0/24'] } },
            { ipBlock: { cidr: 'fd00:10:244:1::/64' } },
          ],
        },
      ],
    }),
  ],
  'what one block leaves out another rule may let in': [
    policy('x', {
      podSelector: labelled('pod', 'a'),
      ingress: [
        { from: [{ ipBlock: { cidr: '10.244.0.0/16', except: ['10.244.0.0/17'] } }], ports: [{ port: 80 }] },
        { from: [both('y', 'b')], ports: [{ port: 81 }] },
      ],
    }),
  ],
  'a pod may leave for one namespace alone': [
    policy('x', { podSelector: labelled('pod', 'a'), policyTypes: ['Egress'], egress: [{ to: [ns('y')] }] }),
  ],
  'it may leave for a named port': [
    policy('x', { podSelector: {}, policyTypes: ['Egress'], egress: [{ ports: [{ port: 'serve-80-tcp' }] }] }),
  ],
  'it may leave for a range of addresses': [
    policy('x', {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [{ to: [{ ipBlock: { cidr: '10.244.2.0/24' } }], ports: [{ port: 81 }] }],
    }),
  ],
  'both ends must let it pass': [
    policy('x', { podSelector: labelled('pod', 'a'), policyTypes: ['Egress'], egress: [{ to: [both('y', 'b')] }] }),
    policy('y', { podSelector: {}, ingress: [{ from: [ns('z')] }] }),
  ],
}

let table: Table
after(() => table?.close())

claim('nine pods in three namespaces: without a policy everybody may ask everybody', async (assert) => {
  const pods = ['a', 'b', 'c']
  table = new Table(
    await World.make(CLUSTER, { pods: { x: pods, y: pods, z: pods }, ports: { TCP: [80, 81], UDP: [80, 81] } }),
  )
  await table.holds(assert, 'no policy', ...['80/TCP', '81/TCP', '80/UDP', '81/UDP', '80/SCTP'].map((port) => at(port)))
  assert.equal(table.forbidden, 0)
  if (!hasSctpSockets())
    console.log('sockets of SCTP do not exist here: its packets are made by hand, and told by their arrival')
})

for (const [what, policies] of Object.entries(CASES))
  claim(`truth table: ${what}`, async (assert) => {
    await table.world.have(...policies)
    await table.holds(assert, what)
    if (!what.startsWith('all may')) assert.ok(table.forbidden > 0)
  })

claim('a table follows labels of pods and of namespaces, and policies as they change and go', async (assert) => {
  const { world } = table
  const only = (...ports: readonly object[]) =>
    policy('x', { podSelector: labelled('pod', 'a'), ingress: [{ from: [both('y', 'b')], ports }] })
  await world.have(only())
  const none = '* > x/a no'
  await table.holds(assert, 'at first', at('80/TCP', none, 'y/b > x/a yes'))
  await world.label('y/c', { pod: 'b' })
  await table.holds(assert, 'a pod with another label', at('80/TCP', none, 'y/b > x/a yes', 'y/c > x/a yes'))
  await world.label('z', { ns: 'y' })
  await table.holds(
    assert,
    'a namespace with another label',
    at('80/TCP', none, 'y/b > x/a yes', 'y/c > x/a yes', 'z/b > x/a yes'),
  )
  await world.label('y/c', { pod: 'c' })
  await world.label('z', { ns: 'z' })
  await world.have(only({ port: 81 }))
  await table.holds(assert, 'a policy that has changed', at('81/TCP', none, 'y/b > x/a yes'), at('80/TCP', none))
  await world.have()
  await table.holds(assert, 'a policy that has gone', at('80/TCP'), at('81/TCP'))
})

claim(
  'policy matrix --probe finds what the tables find, and says so where this kernel has no such sockets',
  async (assert) => {
    await table.world.have(...CASES['both ends must let it pass']!)
    await table.holds(assert, 'both ends')
    const matrix = (...flags: readonly string[]) =>
      run(FAIRLEAD, ['policy', 'matrix', '--name', CLUSTER, '--probe', ...flags])
    for (const [proto, family] of [
      ['tcp', '4'],
      ['udp', '6'],
    ] as const) {
      const { status, stdout, stderr } = await matrix('--proto', proto, '--family', family, '-o', 'json')
      assert.equal(status, 0, stderr)
      const { cells } = JSON.parse(stdout) as { readonly cells: readonly Record<string, unknown>[] }
      assert.equal(cells.length, 9 * 9 * 2)
      assert.deepEqual(
        cells.filter(({ differs, passes, probe }) => differs || passes !== (probe === 'answered')),
        [],
      )
    }
    const { status, stderr } = await matrix('--proto', 'sctp')
    if (hasSctpSockets()) assert.equal(status, 0, stderr)
    else assert.match(stderr, /--probe --proto sctp: this kernel has no sockets of SCTP\n[\s\S]*modprobe sctp/)
  },
)
