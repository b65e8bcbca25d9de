import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import type { ClusterFacts } from '#explain/cluster/facts.ts'
import { checkPolicies } from '#explain/diagnose/policies/check/check.ts'
import { explain } from '#explain/explain.ts'
import { answerFaults } from '#explain/testing/answer-schema.ts'
import { dns, withoutDns } from '#explain/testing/cluster.ts'
import type { Cure } from '#explain/trace/cure.ts'
import type { Trace } from '#explain/trace/trace.ts'
import { print } from '#explain/words/print.ts'
import { socketText } from '#net/port-protocol.ts'
import { mayPass } from '../contract/policies/contract.ts'
import type { PolicyCluster, Traffic } from '../contract/policies/model.ts'
import { changed } from './cured-policies.ts'
import { clusterPlan, NODES, policyClusterOf, trafficOf, trafficPlan } from './policy-plans.ts'

const seed = Number(process.env.FAIRLEAD_SEED ?? Date.now() & 0x7fffffff)
const RUNS = Number(process.env.FAIRLEAD_RUNS ?? 800)
const MOST_CURES = 6
const CLUSTER_IP = '10.96.0.7'

/** The cluster as explain knows it, with a Service before the pod that is asked. */
const factsOf = (
  { namespaces, pods, nodes, policies, clusterPolicies }: PolicyCluster,
  asked: Traffic,
): ClusterFacts => {
  const { network, ...none } = withoutDns({ services: [], slices: [], listening: {}, kernels: [] })
  const isSix = asked.destination.includes(':')
  const port = { port: asked.port, protocol: asked.protocol }
  const home = pods.find(({ status }) => status?.podIPs?.some(({ ip }) => ip === asked.destination))
  const service = {
    metadata: { namespace: 'x', name: 'asked' },
    spec: { type: 'ClusterIP', clusterIP: CLUSTER_IP, clusterIPs: [CLUSTER_IP], ipFamilies: ['IPv4'], ports: [port] },
  }
  const slice = {
    metadata: { namespace: 'x', name: 'asked-1', labels: { 'kubernetes.io/service-name': 'asked' } },
    addressType: 'IPv4',
    ports: [{ name: '', ...port }],
    endpoints: [{ addresses: [asked.destination], nodeName: home?.spec?.nodeName, conditions: { ready: true } }],
  }
  return {
    ...none,
    services: isSix ? [] : [service as unknown as Service],
    slices: isSix ? [] : [slice as unknown as EndpointSlice],
    pods: pods.map(named) as unknown as typeof pods,
    nodes: nodes.map((node, index) => ({
      ...node,
      spec: { podCIDRs: [`10.244.${index + 1}.0/24`, `fd00:10:244:${index + 1}::/64`] },
      status: { ...node.status, conditions: [{ type: 'Ready', status: 'True' }] },
    })) as unknown as typeof nodes,
    namespaces: namespaces.map(({ metadata }) => metadata?.name ?? ''),
    namespaceLabels: Object.fromEntries(
      namespaces.map(({ metadata }) => [metadata?.name ?? '', metadata?.labels ?? {}]),
    ),
    policies: { policies, clusterPolicies },
    network: { ...network, hostAddresses: [], egress: true, dnsOnNodes: true },
  }
}

/** As the API would have it: with an identity, and containers that have names. */
const named = ({ metadata, spec, ...pod }: Pod): object => ({
  ...pod,
  metadata: { ...metadata, uid: metadata?.name },
  spec: {
    ...spec,
    containers: spec?.containers?.map((one) => ({ ...one, name: 'web' })),
    initContainers: spec?.initContainers?.map((one) => ({ ...one, name: 'beside' })),
  },
})

const asks = (cluster: PolicyCluster, { source, destination, protocol, port }: Traffic, to = destination): Trace =>
  explain(factsOf(cluster, { source, destination, protocol, port }), {
    from: source,
    to: socketText(to, port),
    protocol: protocol as 'TCP',
  })

const isDenied = ({ outcomes }: Trace): boolean => outcomes.some(({ verdict }) => verdict === 'denied')

/** Those that explain can be asked about: a pod that lives, a node or a stranger. */
const isAskable = ({ pods }: PolicyCluster, address: string): boolean =>
  !/^(10\.244|fd00:10:244)/.test(address) ||
  pods.some(
    ({ spec, status }) =>
      !spec?.hostNetwork && status?.phase === 'Running' && status.podIPs?.some(({ ip }) => ip === address),
  )

/** Ingress of a ClusterNetworkPolicy means pods by labels of their namespace: one that has none it cannot mean alone. */
const isUnsayable = ({ namespaces }: PolicyCluster, { findings }: Trace): boolean =>
  findings.some(
    (one) =>
      one.reason === 'policy-denies' &&
      one.direction === 'ingress' &&
      one.others.some(({ pod }) =>
        namespaces.some(({ metadata }) => metadata?.name === pod?.namespace && metadata?.labels === undefined),
      ),
  )

/** A pod or a Service’s cure, until it is not denied any more; gives how many it took. */
const cure = (cluster: PolicyCluster, traffic: Traffic, first: Cure): number => {
  let now = changed(cluster, first)
  for (let count = 1; count <= MOST_CURES; count++) {
    const trace = asks(now, traffic)
    if (!isDenied(trace)) {
      assert.ok(NODES.every((here) => mayPass(now, traffic, here)))
      return count
    }
    const next = trace.findings.flatMap(({ cures }) => cures).find(({ kind }) => kind === 'run')
    if (next === undefined && isUnsayable(now, trace)) return count
    assert.ok(next, `no cure: ${print(trace)}`)
    now = changed(now, next)
  }
  return assert.fail(`after ${MOST_CURES} cures: ${print(asks(now, traffic))}`)
}

/** A policy of its own isolates nobody who was not. */
const closesNobody = (cluster: PolicyCluster, one: Cure, all: readonly Traffic[]): void => {
  const now = changed(cluster, one)
  for (const traffic of all)
    for (const here of NODES)
      if (mayPass(cluster, traffic, here))
        assert.ok(mayPass(now, traffic, here), `${one.input} closes ${JSON.stringify(traffic)}`)
}

/** All cures that are printed, in their order, again and again: what was cured is not found again. */
const cureAll = (cluster: PolicyCluster, traffic: Traffic): void => {
  let now = cluster
  const met = new Set<string>()
  for (;;) {
    const trace = asks(now, traffic)
    if (!isDenied(trace)) return
    const cures = trace.findings.flatMap((one) => one.cures).filter((one) => one.kind === 'run' && !one.alternative)
    if (cures.length === 0 && isUnsayable(now, trace)) return
    // What nobody could mend, as what a namespace without labels is denied, may have a cure when another was done.
    for (const one of trace.findings.filter((each) => each.cures.some(({ kind }) => kind === 'run'))) {
      const found = JSON.stringify([one.reason, 'direction' in one && one.direction, 'rule' in one && one.rule])
      assert.ok(!met.has(found), `${found} again: ${print(trace)}`)
      met.add(found)
    }
    for (const one of cures) now = changed(now, one)
  }
}

test('what explain says of policies is what the contract says, straight and through a Service, and each cure works', (t) => {
  t.diagnostic(`FAIRLEAD_SEED=${seed}`)
  const met = { passed: 0, denied: 0, both: 0, cures: 0, labels: 0 }
  const reasons = new Map<string, number>()
  const missing = new Map<string, number>()
  const scenario = fc.record({ plan: clusterPlan, packets: fc.array(trafficPlan, { minLength: 8, maxLength: 8 }) })
  fc.assert(
    fc.property(scenario, ({ plan, packets }) => {
      const cluster = policyClusterOf(plan)
      const all = packets.map((packet) => trafficOf(plan, packet))
      for (const traffic of all) {
        const { source, destination, protocol } = traffic
        const isInside = /^(10\.244|172\.30|fd00)/.test(source)
        if (protocol === 'ICMP' || source === destination) continue
        if (!isAskable(cluster, source) || !isAskable(cluster, destination)) continue
        const verdicts = NODES.map((here) => mayPass(cluster, traffic, here))
        const expected = verdicts.every(Boolean)
        const about = `${JSON.stringify(traffic)} of ${JSON.stringify(cluster, null, 1)}`
        const trace = asks(cluster, traffic)
        if (trace.outcomes.some(({ node }) => node === undefined)) continue
        assert.equal(!isDenied(trace), expected, `${print(trace)}${about}`)
        assert.deepEqual(answerFaults({ ...trace, text: print(trace) }), [])
        if (isInside && /^10\.244/.test(destination)) {
          const behind = asks(cluster, traffic, CLUSTER_IP)
          assert.equal(!isDenied(behind), expected, `${print(behind)}${about}`)
        }
        if (expected) {
          met.passed++
          continue
        }
        met.denied++
        try {
          cureAll(cluster, traffic)
        } catch (error) {
          throw new Error(`${(error as Error).message}\n${about}`, { cause: error })
        }
        const words = trace.findings.filter(({ reason }) => /^policy-|^dns-/.test(reason))
        assert.ok(words.length > 0, about)
        if (words.length > 1) met.both++
        for (const { reason, cures } of words) {
          reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
          for (const one of cures.filter(({ kind }) => kind === 'run')) {
            met.cures++
            if (one.argv.includes('label')) met.labels++
            if (one.input !== undefined) closesNobody(cluster, one, all)
            try {
              cure(cluster, traffic, one)
            } catch (error) {
              throw new Error(`${(error as Error).message}\nfirst: ${one.argv.join(' ')}\n${about}`, { cause: error })
            }
          }
        }
        for (const finding of words)
          if (finding.reason === 'policy-isolates')
            for (const { code } of finding.nearest?.missing ?? []) missing.set(code, (missing.get(code) ?? 0) + 1)
      }
    }),
    { seed, numRuns: RUNS },
  )
  t.diagnostic(JSON.stringify({ ...met, ...Object.fromEntries(reasons), ...Object.fromEntries(missing) }))
  for (const [what, count] of Object.entries(met)) assert.ok(count > 10, `${what}: ${count}`)
  for (const reason of ['policy-isolates', 'policy-denies', 'dns-forgotten'])
    assert.ok((reasons.get(reason) ?? 0) > 3, `${reason}: ${reasons.get(reason)}`)
  for (const code of ['pod-label', 'namespace-label', 'other-namespace', 'port', 'outside-block', 'no-pod'])
    assert.ok((missing.get(code) ?? 0) > 0, `${code} was never missing`)
})

test('all cures that policy check prints, done in their order, leave no finding that has one', (t) => {
  t.diagnostic(`FAIRLEAD_SEED=${seed}`)
  const reasons = new Map<string, number>()
  const asked = { source: '10.244.1.2', destination: '10.244.1.3', protocol: 'TCP', port: 80 } as const
  const check = (cluster: PolicyCluster) => {
    const given = factsOf(cluster, asked)
    const [service, slice] = dns
    const withDns = { ...given, services: [...given.services, service], slices: [...given.slices, slice] }
    return checkPolicies(withDns, undefined, { fairlead: [], kubectl: [] }).findings
  }
  fc.assert(
    fc.property(clusterPlan, (plan) => {
      const cluster = policyClusterOf(plan)
      const found = check(cluster)
      const cures = found.flatMap((one) => one.cures).filter(({ kind, alternative }) => kind === 'run' && !alternative)
      for (const { reason } of found) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
      const left = check(cures.reduce(changed, cluster)).filter((one) => one.cures.some(({ kind }) => kind === 'run'))
      assert.deepEqual(
        left,
        [],
        `${JSON.stringify(left)} after ${JSON.stringify(found, null, 1)} of ${JSON.stringify(cluster, null, 1)}`,
      )
    }),
    { seed, numRuns: RUNS },
  )
  t.diagnostic(JSON.stringify(Object.fromEntries(reasons)))
  for (const reason of ['service-closed', 'dns-forgotten', 'peer-means-nobody', 'policy-selects-nothing'])
    assert.ok((reasons.get(reason) ?? 0) > 3, `${reason}: ${reasons.get(reason)}`)
})
