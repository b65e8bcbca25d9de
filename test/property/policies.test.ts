import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { evaluate } from '#dataplane/evaluator/evaluate.ts'
import { LoadedRuleset } from '#dataplane/evaluator/loaded-ruleset.ts'
import { POLICY_RULESET } from '#dataplane/policy/ruleset.ts'
import { PolicyView } from '#explain/policies/policy-view.ts'
import { containsAddress } from '#net/cidr.ts'
import { parseAddress } from '#net/ip-address.ts'
import { Judge } from '#policy/judge.ts'
import type { NodePolicy } from '#policy/node-policy.ts'
import { passes } from '#policy/verdicts.ts'
import { POLICY_CLAUSES, type PolicyClause } from '../contract/policies/clauses.ts'
import { mayPass } from '../contract/policies/contract.ts'
import type { PolicyCluster, Traffic } from '../contract/policies/model.ts'
import { told } from './node-policies.ts'
import { clusterPlan, NODES, policyClusterOf, trafficOf, trafficPlan } from './policy-plans.ts'
import { elementsOf } from './policy-tables.ts'

/** FAIRLEAD_SEED repeats a run; FAIRLEAD_MUTANT: a run over a defect that was sown for this line of the contract, which need not count nor shrink, and tells which lines catch it. */
const line = process.env.FAIRLEAD_MUTANT as PolicyClause | undefined
const isMutant = line !== undefined
const seed = Number(process.env.FAIRLEAD_SEED ?? (isMutant ? 1 : Date.now() & 0x7fffffff))
const RUNS = Number(process.env.FAIRLEAD_RUNS ?? 1500)
const HITS = 20
/** Clusters in which a defect shows until it is known well enough which lines catch it. */
const ENOUGH = 3

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

/** A connection of which the contract says something else than what a node makes of it, and the lines that it says it by. */
class Disagreement extends Error {
  readonly lines: ReadonlySet<PolicyClause>
  constructor(message: string, lines: ReadonlySet<PolicyClause>) {
    super(message)
    this.lines = lines
  }
}

const hits = new Map<PolicyClause, number>()
const counts = { passed: 0, refused: 0 }

const scenario = fc.record({ plan: clusterPlan, packets: fc.array(trafficPlan, { minLength: 30, maxLength: 30 }) })
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never

/** That the contract, the rules of each node, what they are folded from, and what people are told say the same. */
function hold({ plan, packets }: Scenario): void {
  const cluster = policyClusterOf(plan)
  const view = new PolicyView({ ...cluster, dnsOnNodes: true })
  const addresses = [
    ...cluster.pods.flatMap(({ status }) => status?.podIPs?.map(({ ip }) => ip) ?? []),
    ...cluster.nodes.flatMap(
      ({ status }) =>
        status?.addresses?.filter(({ type }) => type === 'InternalIP').map(({ address }) => address) ?? [],
    ),
  ]
  for (const here of NODES) {
    const node = told(cluster, here, () => {})
    const ruleset = new LoadedRuleset(elementsOf(node, addresses), [], POLICY_RULESET)
    const own = new Set(
      cluster.nodes.find(({ metadata }) => metadata?.name === here)?.status?.addresses?.map(({ address }) => address),
    )
    const judge = new Judge(node, (address) => own.has(address))
    for (const packet of packets) {
      const traffic = trafficOf(plan, packet)
      const { source, destination, port } = traffic
      const lines = new Set<PolicyClause>()
      const expected = mayPass(cluster, traffic, here, (clause) => lines.add(clause))
      for (const clause of lines) hits.set(clause, (hits.get(clause) ?? 0) + 1)
      counts[expected ? 'passed' : 'refused']++
      const protocol = traffic.protocol === 'ICMP' ? undefined : traffic.protocol
      const { verdict } = evaluate(
        ruleset,
        {
          source,
          destination,
          port,
          protocol: traffic.protocol.toLowerCase() as 'tcp',
          ...(own.has(source) && { fromNode: true }),
        },
        { random: () => 0, isNode: (address) => own.has(address) },
      )
      const said = {
        'its rules': verdict.kind === 'pass',
        'its verdicts': modelPasses(node, cluster, here, traffic),
        'its review of flows': judge.stopped({ source, destination, protocol, port }) === undefined,
        'what people are told': view
          .words(source, destination, { protocol, port })
          .filter(({ pod }) => pod.node === here)
          .every(({ passes }) => passes),
      }
      const wrong = Object.entries(said).flatMap(([who, passes]) => (passes === expected ? [] : [who]))
      if (wrong.length === 0) continue
      const objects = isMutant ? '' : ` of ${JSON.stringify(cluster, null, 1)}`
      throw new Disagreement(
        `the contract says ${expected ? 'it passes' : 'it is refused'}, not so ${wrong.join(', ')} at ${here}: ${JSON.stringify(traffic)}, by ${[...lines].join(', ')}${objects}`,
        lines,
      )
    }
  }
}

/** The lines that had a say in the first connection that went wrong, cluster by cluster. */
const caught: (readonly PolicyClause[])[] = []

function watch(generated: Scenario): void {
  try {
    hold(generated)
  } catch (error) {
    if (!(error instanceof Disagreement)) throw error
    caught.push([...error.lines])
    if (caught.length >= ENOUGH && caught.some((lines) => lines.includes(line as PolicyClause))) throw error
  }
}

test('what a node makes of policies is what the contract says, for generated clusters', (t) => {
  const run = fc.check(fc.property(scenario, isMutant ? watch : hold), {
    seed,
    numRuns: RUNS,
    endOnFailure: isMutant,
    verbose: 0,
  })
  if (caught.length > 0) {
    process.stdout.write(`\ncaught: ${JSON.stringify(caught)}\n`)
    assert.fail('contract and node disagree')
  }
  if (run.failed) {
    const { errorInstance: error } = run
    const text = error instanceof Disagreement ? error.message : error instanceof Error ? error.stack : String(error)
    throw new Error(
      `seed ${seed} (FAIRLEAD_SEED repeats it), run ${run.numRuns}, shrunk ${run.numShrinks} times: ${text}`,
    )
  }
  t.diagnostic(`seed ${seed}: ${counts.passed} passed, ${counts.refused} refused`)
  if (isMutant) return
  const rare = Object.keys(POLICY_CLAUSES).filter((clause) => (hits.get(clause as PolicyClause) ?? 0) < HITS)
  assert.deepEqual(rare, [], 'lines of the contract that were hardly asked for')
  assert.ok(counts.refused > 1000 && counts.passed > 1000)
  t.diagnostic(
    [...hits]
      .sort(([, left], [, right]) => left - right)
      .slice(0, 5)
      .map(([clause, count]) => `${clause} ${count}`)
      .join(', '),
  )
})
