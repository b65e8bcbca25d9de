import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { evaluate } from '#dataplane/evaluator/evaluate.ts'
import { LoadedRuleset } from '#dataplane/evaluator/loaded-ruleset.ts'
import { POLICY_RULESET } from '#dataplane/policy/ruleset.ts'
import { PolicyView } from '#explain/policies/policy-view.ts'
import { containsAddress } from '#net/cidr.ts'
import { parseAddress } from '#net/ip-address.ts'
import type { NodePolicy } from '#policy/node-policy.ts'
import { passes } from '#policy/verdicts.ts'
import { POLICY_CLAUSES, type PolicyClause } from '../contract/policies/clauses.ts'
import { mayPass } from '../contract/policies/contract.ts'
import type { PolicyCluster, Traffic } from '../contract/policies/model.ts'
import { told } from './node-policies.ts'
import { clusterPlan, NODES, policyClusterOf, trafficOf, trafficPlan } from './policy-plans.ts'
import { elementsOf } from './policy-tables.ts'

const seed = Number(process.env.FAIRLEAD_SEED ?? Date.now() & 0x7fffffff)
const RUNS = Number(process.env.FAIRLEAD_RUNS ?? 1500)
const HITS = 20

/** What a node's verdicts say of a connection, as its rules ask them. */
const modelPasses = (node: NodePolicy, cluster: PolicyCluster, here: string, traffic: Traffic): boolean => {
  const { source, destination, port } = traffic
  const protocol = traffic.protocol === 'ICMP' ? undefined : traffic.protocol
  const own = cluster.nodes.find(({ metadata }) => metadata?.name === here)?.status?.addresses ?? []
  if (source === destination || own.some(({ address }) => address === source)) return true
  const number = (address: string) =>
    node.identityOf(address)?.number ??
    [...node.networks()].find(({ network }) => containsAddress(network, parseAddress(address)))?.number ??
    0
  const local = (address: string) =>
    [...node.selected()].find((key) => node.localPod(key)?.addresses.some(({ text }) => text === address))
  const family = source.includes(':') ? 'IPv6' : 'IPv4'
  const judged = (key: string | undefined, direction: 'ingress' | 'egress', other: string) => {
    const verdicts = key && node.verdicts(key, direction)?.[family]
    return !verdicts || passes(verdicts, number(other), protocol, port)
  }
  return judged(local(source), 'egress', destination) && judged(local(destination), 'ingress', source)
}

test('what a node makes of policies is what the contract says, for generated clusters', (t) => {
  t.diagnostic(`FAIRLEAD_SEED=${seed}`)
  const hits = new Map<PolicyClause, number>()
  let refused = 0
  let passed = 0
  const scenario = fc.record({ plan: clusterPlan, packets: fc.array(trafficPlan, { minLength: 30, maxLength: 30 }) })
  fc.assert(
    fc.property(scenario, ({ plan, packets }) => {
      const cluster = policyClusterOf(plan)
      const view = new PolicyView({ ...cluster, dnsOnNodes: true })
      for (const here of NODES) {
        const node = told(cluster, here, () => {})
        const addresses = [
          ...cluster.pods.flatMap(({ status }) => status?.podIPs?.map(({ ip }) => ip) ?? []),
          ...cluster.nodes.flatMap(
            ({ status }) =>
              status?.addresses?.filter(({ type }) => type === 'InternalIP').map(({ address }) => address) ?? [],
          ),
        ]
        const ruleset = new LoadedRuleset(elementsOf(node, addresses), [], POLICY_RULESET)
        const own =
          cluster.nodes
            .find(({ metadata }) => metadata?.name === here)
            ?.status?.addresses?.map(({ address }) => address) ?? []
        for (const packet of packets) {
          const traffic = trafficOf(plan, packet)
          const expected = mayPass(cluster, traffic, here, (clause) => hits.set(clause, (hits.get(clause) ?? 0) + 1))
          if (expected) passed++
          else refused++
          const { source, destination, port } = traffic
          const { verdict } = evaluate(
            ruleset,
            {
              source,
              destination,
              port,
              protocol: traffic.protocol.toLowerCase() as 'tcp',
              ...(own.includes(source) && { fromNode: true }),
            },
            { random: () => 0, isNode: (address) => own.includes(address) },
          )
          assert.equal(
            verdict.kind === 'pass',
            expected,
            `evaluator, ${here}: ${JSON.stringify(traffic)} of ${JSON.stringify(cluster, null, 1)}`,
          )
          assert.equal(
            view
              .words(source, destination, {
                protocol: traffic.protocol === 'ICMP' ? undefined : traffic.protocol,
                port,
              })
              .filter(({ pod }) => pod.node === here)
              .every(({ passes }) => passes),
            expected,
            `view, ${here}: ${JSON.stringify(traffic)} of ${JSON.stringify(cluster, null, 1)}`,
          )
          assert.equal(
            modelPasses(node, cluster, here, traffic),
            expected,
            `${here}: ${JSON.stringify(traffic)} of ${JSON.stringify(cluster, null, 1)}`,
          )
        }
      }
    }),
    { seed, numRuns: RUNS },
  )
  t.diagnostic(`${passed} passed, ${refused} refused`)
  const rare = Object.keys(POLICY_CLAUSES).filter((clause) => (hits.get(clause as PolicyClause) ?? 0) < HITS)
  assert.deepEqual(rare, [], 'lines of the contract that were hardly asked for')
  assert.ok(refused > 1000 && passed > 1000)
})
