import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterFacts } from './cluster/facts.ts'
import type { HeardKernel, ToldKernel } from './cluster/told-kernels.ts'
import { explain } from './explain.ts'
import { facts, node } from './testing/cluster.ts'
import type { Trace } from './trace/trace.ts'
import { NodeView } from './walk/node-view.ts'
import { print } from './words/print.ts'

const AGENT = { kind: 'Pod', namespace: 'fairlead-system', name: 'fairlead-node-x' }

/** What the agent of a node tells when its kernel holds all of these objects; by other numbers than ours. */
const heard = (cluster: ClusterFacts, more: Partial<HeardKernel> = {}): HeardKernel => {
  const { compiled } = new NodeView(cluster, [...cluster.services].reverse(), node(1))
  return {
    code: 'heard',
    agent: AGENT,
    version: '0.1.0',
    rules: 'ours',
    ...compiled,
    refused: [],
    answersNames: false,
    pending: 0,
    strangers: [],
    ...more,
  }
}

const of = facts({ unseen: [{ code: 'api-only', server: 'https://api' }, { code: 'listeners-and-kernels' }] })
const ask = (told: ToldKernel, cluster: ClusterFacts = of, to = 'svc/web'): Trace =>
  explain({ ...cluster, kernels: [], told: { 'node-1': told } }, { from: 'pod/client', to })

test('a kernel that holds what it should is said to, and the verdict stands on it', () => {
  const trace = ask(heard(of))
  assert.deepEqual([trace.verdict, trace.basis], ['reachable', 'kernels'])
  assert.deepEqual(trace.kernels, [{ node: 'node-1', code: 'in-sync', agent: AGENT, version: '0.1.0' }])
  assert.deepEqual(
    trace.unseen.map(({ code }) => code),
    ['listeners'],
  )
  assert.match(
    print(trace),
    /KERNELS, as their agents tell\n {2}node-1: the kernel holds what it should \(fairlead-node-x 0\.1\.0\)/,
  )
})

test('an endpoint that the kernel lacks is told, and no packet is led there; what is asked is answered all the same', () => {
  const whole = heard(of)
  const elements = whole.elements.filter(({ set, data }) => set !== 'backends' || data?.[0] !== '10.244.2.11')
  const kinds = whole.kinds.map((one) => ({ ...one, kind: { ...one.kind, count: 1 } as typeof one.kind }))
  const trace = ask({ ...whole, elements, kinds, pending: 2 })
  assert.deepEqual([trace.verdict, trace.findings], ['reachable', []])
  assert.deepEqual(
    trace.outcomes.map(({ backend }) => backend?.address),
    ['10.244.1.11'],
  )
  assert.deepEqual(trace.kernels, [
    {
      node: 'node-1',
      code: 'behind',
      agent: AGENT,
      version: '0.1.0',
      pending: 2,
      differences: [
        {
          address: '10.96.0.1',
          protocol: 'TCP',
          port: 80,
          code: 'endpoints-differ',
          of: 'cluster',
          missing: ['10.244.2.11:8080'],
          tooMany: [],
        },
      ],
    },
  ])
  assert.match(print(trace), /10\.96\.0\.1:80\/TCP: 10\.244\.2\.11:8080 missing/)
})

test('an endpoint that is no more, and that the kernel still has, is why it is not answered', () => {
  const before = facts()
  const [web, ...rest] = of.slices
  const after = {
    ...of,
    slices: [{ ...web!, endpoints: web!.endpoints!.slice(0, 1) }, ...rest],
    pods: of.pods.slice(0, 1).concat(of.pods.slice(2)),
  }
  const trace = ask(heard(before), after)
  assert.equal(trace.verdict, 'sometimes')
  assert.deepEqual(
    trace.findings.map(({ reason }) => reason),
    ['kernel-behind'],
  )
  assert.match(
    print(trace),
    /why {3}the kernel of node-1 does not hold default\/web as it stands \[kernel-behind\]\n {8}10\.96\.0\.1:80\/TCP: 10\.244\.2\.11:8080 too many/,
  )
})

test('a frontend that the kernel lacks is why nobody answers, and no other reason is looked for', () => {
  const { elements } = heard(of)
  const without = (names: readonly string[]) =>
    elements.filter(({ set, key }) => !names.includes(set) || key[0] !== '10.96.0.1')
  const trace = ask(heard(of, { elements: without(['frontends', 'cluster-ips']) }))
  assert.equal(trace.verdict, 'unreachable')
  assert.deepEqual(
    trace.findings.map(({ reason }) => reason),
    ['kernel-behind'],
  )
  const refused = ask(
    heard(of, {
      elements: without(['frontends', 'cluster-ips']),
      refused: [{ service: 'default/web', message: 'no memory' }],
    }),
  )
  assert.equal(refused.kernels?.[0]?.code, 'refused')
  assert.match(print(refused), /why {3}the kernel of node-1 refused default\/web: no memory/)
  // A kernel that does not know the ranges of Services lets it pass.
  const passed = ask(heard(of, { elements: [] }))
  assert.deepEqual(
    passed.outcomes.map(({ verdict }) => verdict),
    ['unreachable'],
  )
})

test('where nobody tells of a kernel it is said why, and the model is walked', () => {
  const rule = { namespace: 'fairlead-system', resources: ['pods/exec'], verbs: ['get', 'create'] }
  const proxy = { kind: 'Pod', namespace: 'kube-system', name: 'kube-proxy-x' }
  for (const [told, text] of [
    [{ code: 'no-agent', others: [proxy] }, /node-1: no agent of Fairlead; pod kube-system\/kube-proxy-x is there/],
    [{ code: 'agent-away', agent: AGENT, message: 'Pending' }, /fairlead-node-x gives no answer: Pending/],
    [{ code: 'forbidden', rule, message: 'no' }, /needed is get and create pods\/exec in namespace fairlead-system/],
    [heard(of, { rules: 'foreign' }), /other rules than this version’s/],
    [heard(of, { rules: 'none' }), /has no tables of Services/],
  ] as const) {
    const trace = ask(told)
    assert.deepEqual([trace.verdict, trace.basis], ['reachable', 'model'], told.code)
    assert.match(print(trace), text)
    assert.ok(trace.unseen.some(({ code }) => code === 'api-only'))
  }
})

test('rules of others on the way are named, with what they do; those that do nothing are not', () => {
  const table = { family: 'ip', table: 'filter', by: 'nftables', hooks: ['forward 0'] } as const
  const strangers = [
    { ...table, deeds: ['drop'] },
    { ...table, table: 'idle', deeds: [] },
    { ...table, by: 'legacy', hooks: [], table: 'nat', deeds: [] },
  ] as const
  const text = print(ask(heard(of, { strangers })))
  assert.match(text, /beside it stands the table ip filter at forward 0, with rules that drop\n/)
  assert.match(text, /iptables-legacy has the table nat \(ip\)/)
  assert.doesNotMatch(text, /idle/)
})
