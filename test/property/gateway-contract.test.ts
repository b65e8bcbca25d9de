import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GATEWAY_CLAUSES, type GatewayClause } from '../contract/gateway/clauses.ts'
import { allowed } from '../contract/gateway/contract.ts'
import type { GatewayObjects } from '../contract/gateway/model.ts'
import { objects } from './gateway-objects.ts'
import { isOneOf, outcomeByTable } from './gateway-outcome.ts'
import { gatewayScenario, ingressScenario, type Scenario } from './gateway-scenarios.ts'
import { tableOf } from './gateway-tables.ts'

/** FAIRLEAD_SEED repeats a run; FAIRLEAD_MUTANT: a run over a defect that was sown for this line of the contract, which need not count nor shrink, and tells which lines catch it. */
const line = process.env.FAIRLEAD_MUTANT as GatewayClause | undefined
const isMutant = line !== undefined
const seed = Number(process.env.FAIRLEAD_SEED ?? (isMutant ? 1 : Date.now() & 0x7fffffff))
const RUNS = Number(process.env.FAIRLEAD_RUNS ?? 500)
/** What all certificates are for. */
const CERTIFIED = ['a.example.com', 'b.example.com']
const HITS = 8
/** Configurations in which a defect shows until it is known well enough which lines catch it. */
const ENOUGH = 3

/** A request of which the contract says something else than the table, and the lines that it says it by. */
class Disagreement extends Error {
  readonly lines: ReadonlySet<GatewayClause>
  constructor(message: string, lines: ReadonlySet<GatewayClause>) {
    super(message)
    this.lines = lines
  }
}

const hits = new Map<GatewayClause, number>()
const counts = new Map<string, number>()

/** That contract and table say the same of all requests. */
function hold(scenario: Scenario): void {
  const table = tableOf(scenario.objects, CERTIFIED)
  for (const request of scenario.requests) {
    const lines = new Set<GatewayClause>()
    const expected = allowed(scenario.objects, request, (clause) => lines.add(clause))
    const actual = outcomeByTable(table, request)
    for (const clause of lines) hits.set(clause, (hits.get(clause) ?? 0) + 1)
    counts.set(actual.kind, (counts.get(actual.kind) ?? 0) + 1)
    if (isOneOf(actual, expected)) continue
    const text = (one: unknown) => JSON.stringify(one)
    const told = isMutant ? '' : `\n${changing(scenario.objects).map(text).join('\n')}`
    throw new Disagreement(
      `the contract says ${[...new Set(expected.map(text))].join(' or ')}, the table ${text(actual)}: ${text(request)}, by ${[...lines].join(', ')}${told}`,
      lines,
    )
  }
}

/** What is not the same in each configuration. */
const changing = ({ gateways, listenerSets, httpRoutes, grpcRoutes, referenceGrants, ingresses }: GatewayObjects) =>
  objects([...gateways, ...listenerSets, ...httpRoutes, ...grpcRoutes, ...referenceGrants, ...ingresses])

/** The lines that had a say in the first request that went wrong, configuration by configuration. */
const caught: (readonly GatewayClause[])[] = []

function watch(scenario: Scenario): void {
  try {
    hold(scenario)
  } catch (error) {
    if (!(error instanceof Disagreement)) throw error
    caught.push([...error.lines])
    if (caught.length >= ENOUGH && caught.some((lines) => lines.includes(line as GatewayClause))) throw error
  }
}

function check(scenario: fc.Arbitrary<Scenario>): void {
  const run = fc.check(fc.property(scenario, isMutant ? watch : hold), {
    seed,
    numRuns: RUNS,
    endOnFailure: isMutant,
    verbose: 0,
  })
  if (caught.length > 0) {
    process.stdout.write(`\ncaught: ${JSON.stringify(caught)}\n`)
    assert.fail('contract and table disagree')
  }
  if (!run.failed) return
  const { errorInstance: error } = run
  const text = error instanceof Disagreement ? error.message : error instanceof Error ? error.stack : String(error)
  throw new Error(
    `seed ${seed} (FAIRLEAD_SEED repeats it), run ${run.numRuns}, shrunk ${run.numShrinks} times: ${text}`,
  )
}

/** A defect is looked for where its line is asked for. */
const isOfIngresses = line?.startsWith('ingress/')

test(
  'what the table says of a request is what the Gateway API promises, for generated Gateways and routes',
  {
    skip: isOfIngresses === true,
  },
  () => check(gatewayScenario({ hasGrpc: true })),
)

test('… and what Ingresses promise, for generated Ingresses', { skip: isOfIngresses === false }, () =>
  check(ingressScenario),
)

test('each line of the contract was asked for', { skip: isMutant }, (t) => {
  t.diagnostic(`seed ${seed}: ${[...counts].map(([kind, count]) => `${count} ${kind}`).join(', ')}`)
  t.diagnostic(
    [...hits]
      .sort(([, left], [, right]) => left - right)
      .slice(0, 12)
      .map(([clause, count]) => `${clause} ${count}`)
      .join(', '),
  )
  const rare = Object.keys(GATEWAY_CLAUSES).filter((clause) => (hits.get(clause as GatewayClause) ?? 0) < HITS)
  assert.deepEqual(rare, [], 'lines of the contract that were hardly asked for')
})
