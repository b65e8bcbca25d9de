import type { MatrixCell } from '#explain/trace/policies/matrix.ts'
import { mayPass } from '../contract/policies/contract.ts'
import type { PolicyCluster } from '../contract/policies/model.ts'
import { type Assert, claim, eventually, FAIRLEAD, run, withCluster } from './harness.ts'

const cluster = withCluster('policies', ['--nodes', '2'])
const { kubectl, json } = cluster

const NAMESPACES = ['x', 'y', 'z'] as const
const PODS = ['a', 'b', 'c'] as const
const port = (number: number, protocol: string) =>
  `{containerPort: ${number}, protocol: ${protocol}, name: serve-${number}-${protocol.toLowerCase()}}`

const namespace = (name: string): string => `
apiVersion: v1
kind: Namespace
metadata: {name: "${name}", labels: {ns: "${name}"}}
---`
const pod = (of: string, name: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: "${name}", namespace: "${of}", labels: {pod: "${name}"}}
spec:
  terminationGracePeriodSeconds: 0
  runtimeClassName: virtual
  containers: [{name: echo, image: fairlead/echo, ports: [${[80, 81].flatMap((number) => [port(number, 'TCP'), port(number, 'UDP')]).join(', ')}]}]
---`

const policy = (of: string, spec: object, name = 'one'): object => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { namespace: of, name },
  spec,
})
const apply = (...items: readonly object[]): Promise<string> =>
  kubectl.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
const labelled = (label: string, value: string) => ({ matchLabels: { [label]: value } })
const ns = (name: string) => ({ namespaceSelector: labelled('ns', name) })
const both = (of: string, name: string) => ({ ...ns(of), podSelector: labelled('pod', name) })

/** What people write, and what becomes of the table: each is tried by itself. */
const CASES: Readonly<Record<string, readonly object[]>> = {
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

const objects = async (): Promise<PolicyCluster> => {
  const list = async (kind: string) => (await json<{ items: never[] }>('get', kind, '-A')).items
  const [namespaces, pods, nodes, policies] = await Promise.all(
    ['namespaces', 'pods', 'nodes', 'networkpolicies'].map(list),
  )
  return { namespaces: namespaces!, pods: pods!, nodes: nodes!, policies: policies!, clusterPolicies: [] }
}

interface Probed extends MatrixCell {
  readonly probe: string
  readonly differs: boolean
}

const matrix = async (...flags: readonly string[]): Promise<readonly Probed[]> => {
  const { stdout, stderr } = await run(FAIRLEAD, [
    'policy',
    'matrix',
    '--name',
    cluster.name,
    '--probe',
    '-o',
    'json',
    ...flags,
  ])
  if (stdout === '') throw new Error(stderr)
  return (JSON.parse(stdout) as { readonly cells: readonly Probed[] }).cells
}

/** Real connections of all pairs, beside what the contract says of the API's objects, and what the table says. */
const holds = async (assert: Assert, what: string): Promise<number> => {
  let asked = 0
  for (const [family, protocol] of [
    ['4', 'tcp'],
    ['4', 'udp'],
    ['6', 'tcp'],
    ['6', 'udp'],
  ] as const) {
    const given = await objects()
    const addressOf = (name: string): string => {
      const found = given.pods.find(({ metadata }) => `${metadata?.namespace}/${metadata?.name}` === name)
      return found?.status?.podIPs?.find(({ ip }) => ip.includes(':') === (family === '6'))?.ip ?? ''
    }
    const expected = ({ from, to, port }: Probed) =>
      given.nodes.every(({ metadata }) =>
        mayPass(
          given,
          { source: addressOf(from), destination: addressOf(to), protocol: protocol === 'tcp' ? 'TCP' : 'UDP', port },
          metadata?.name ?? '',
        ),
      )
    // The nodes are told of a change a moment after the API server has it.
    const cells = await eventually(
      `${what}, IPv${family}, ${protocol}: the kernels do what the table says`,
      async () => {
        const met = await matrix('--family', family, '--proto', protocol)
        return !met.some(({ differs }) => differs) && met
      },
    )
    const wrong = cells.filter((cell) => cell.passes !== expected(cell))
    assert.deepEqual(wrong, [], `${what}, IPv${family}, ${protocol}`)
    asked += cells.length
  }
  return asked
}

claim('nine pods in three namespaces: without a policy everybody may ask everybody', async (assert) => {
  await kubectl.apply(
    [...NAMESPACES.map(namespace), ...NAMESPACES.flatMap((of) => PODS.map((name) => pod(of, name)))].join('\n'),
  )
  for (const of of NAMESPACES) await kubectl('wait', '-n', of, '--for=condition=Ready', 'pod', '--all', '--timeout=60s')
  assert.equal(await holds(assert, 'no policy'), 4 * 81 * 2)
  const cells = await matrix()
  assert.deepEqual(
    cells.filter(({ passes, probe }) => !passes || probe !== 'answered'),
    [],
  )
})

for (const [what, policies] of Object.entries(CASES))
  claim(`truth table: ${what}`, async (assert) => {
    await apply(...policies)
    try {
      await holds(assert, what)
      const cells = await matrix()
      assert.ok(cells.some(({ probe }) => probe === 'answered'))
      if (!what.startsWith('all may'))
        assert.ok((await matrix('--proto', 'udp')).concat(cells).some(({ passes }) => !passes))
    } finally {
      await kubectl('delete', 'networkpolicies', '-A', '--all')
    }
  })

claim('a table follows labels of pods and of namespaces, and policies as they change and go', async (assert) => {
  await apply(policy('x', { podSelector: labelled('pod', 'a'), ingress: [{ from: [both('y', 'b')] }] }))
  const asks = async (from: string) =>
    (await matrix()).filter((cell) => cell.from === from && cell.to === 'x/a').map(({ passes }) => passes)
  await holds(assert, 'at first')
  assert.deepEqual(
    [await asks('y/b'), await asks('y/c'), await asks('z/b')],
    [
      [true, true],
      [false, false],
      [false, false],
    ],
  )
  await kubectl('label', '-n', 'y', 'pod', 'c', 'pod=b', '--overwrite')
  await holds(assert, 'a pod with another label')
  assert.deepEqual(await asks('y/c'), [true, true])
  await kubectl('label', 'namespace', 'z', 'ns=y', '--overwrite')
  await holds(assert, 'a namespace with another label')
  assert.deepEqual(
    [await asks('z/b'), await asks('z/c')],
    [
      [true, true],
      [false, false],
    ],
  )
  await kubectl('label', '-n', 'y', 'pod', 'c', 'pod=c', '--overwrite')
  await kubectl('label', 'namespace', 'z', 'ns=z', '--overwrite')
  await apply(
    policy('x', { podSelector: labelled('pod', 'a'), ingress: [{ from: [both('y', 'b')], ports: [{ port: 81 }] }] }),
  )
  await holds(assert, 'a policy that has changed')
  assert.deepEqual(await asks('y/b'), [false, true])
  await kubectl('delete', 'networkpolicies', '-A', '--all')
  await holds(assert, 'a policy that has gone')
  assert.deepEqual(await asks('z/a'), [true, true])
})
