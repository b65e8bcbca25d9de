import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { headerOf } from '#routes/table/request-values.ts'
import type { RoutingTable } from '#routes/table/table.ts'
import { allowed } from '../../contract/gateway/contract.ts'
import { folded, type GatewayRequest, type Header, type Outcome } from '../../contract/gateway/model.ts'
import { isOneOf, portOf, redirectTo, serviceOf } from '../../property/gateway-outcome.ts'
import { ANSWER } from '../../property/gateway-requests.ts'
import { gatewayScenario, ingressScenario, type Scenario } from '../../property/gateway-scenarios.ts'
import { tableOf } from '../../property/gateway-tables.ts'
import { type Echo, EchoBackends } from './echo-backends.ts'
import { ProxyUnderTest } from './proxy-under-test.ts'
import { type RawAnswer, rawRequest } from './raw-request.ts'
import { testCertificate } from './test-certificate.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

/** FAIRLEAD_SEED repeats a run. */
const seed = Number(process.env.FAIRLEAD_SEED ?? Date.now() & 0x7fffffff)
const RUNS = Number(process.env.FAIRLEAD_RUNS ?? 15)
/** The headers that rules, requests and answers are made of. */
const NAMES = ['x-tenant', 'x-env', 'x-new', 'x-answer']
/**
 * All names that are asked for: a listener's star stands for many labels, a certificate's for one, and of a name that the
 * certificate does not have no connection comes to be.
 */
const CERTIFICATE = testCertificate([
  ...['a', 'x', 'x.a', 'b'].flatMap((label) => ['com', 'example.com', 'a.example.com'].map((one) => `${label}.${one}`)),
  ...['y.x.a.example.com', 'c.example.com', 'example.com', 'other.test'],
])

const picked = (headers: readonly Header[]) => folded(headers.filter(([name]) => NAMES.includes(name.toLowerCase())))

/** An answer in the contract's terms, of a request that was forwarded to one backend or to none. */
function outcomeOf(table: RoutingTable, { status, headers, body }: RawAnswer): Outcome {
  if (status === 0) return { kind: 'unserved' }
  const location = headerOf(headers, 'location')
  if (location !== undefined) return redirectTo(location, status)
  if (status !== 200) return { kind: 'status', statuses: [status] }
  const echo = JSON.parse(body) as Echo
  const to = {
    service: serviceOf(table, echo.backend),
    host: headerOf(echo.headers, 'host') ?? '',
    target: echo.target,
    headers: picked(echo.headers),
    answer: picked(headers),
    mirrors: [],
  }
  return { kind: 'forward', shares: [{ share: 1, to }] }
}

/** Of a request whose share was drawn: each share is all of it, and who has a copy is not asked. */
const drawn = (outcome: Outcome): readonly Outcome[] => {
  if (outcome.kind !== 'forward') return [outcome]
  return outcome.shares.map(({ to }): Outcome => {
    if ('statuses' in to) return { kind: 'status', statuses: to.statuses }
    const asked = { ...to, headers: picked(to.headers), answer: picked(to.answer), mirrors: [] }
    return { kind: 'forward', shares: [{ share: 1, to: asked }] }
  })
}

function send(request: GatewayRequest, bind: number): Promise<RawAnswer> {
  const all = [['Host', request.host], ['Connection', 'close'], ...request.headers]
  const text = all.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const serverName = request.scheme === 'https' ? request.sni || false : undefined
  return rawRequest(bind, `${request.method} ${request.target} HTTP/1.1\r\n${text}\r\n`, serverName)
}

async function hold({ objects, requests }: Scenario, counts: Map<string, number>): Promise<void> {
  const made = tableOf(objects, ['a.example.com', 'b.example.com'])
  const certificates = [...made.certificates].map(
    ([key, one]) => [key, { ...CERTIFICATE, origin: one.origin }] as const,
  )
  const table = { ...made, certificates: new Map(certificates) }
  const backends = await EchoBackends.start([...table.backends.keys()], ANSWER)
  const proxy = await ProxyUnderTest.start(table, backends.ports)
  try {
    for (const request of requests) {
      const port = portOf(table, request)
      if (port === undefined || request.method === 'HEAD') continue
      const outcome = outcomeOf(table, await send(request, port.bind))
      counts.set(outcome.kind, (counts.get(outcome.kind) ?? 0) + 1)
      const right = allowed(objects, request).flatMap(drawn)
      const text = () => [...new Set(right.map((one) => JSON.stringify(one)))].join(' or ')
      assert.ok(
        isOneOf(outcome, right),
        `seed ${seed}: ${JSON.stringify(request)} ended as ${JSON.stringify(outcome)}, the contract says ${text()}\n${proxy.output}`,
      )
    }
  } finally {
    await proxy.stop()
    backends.stop()
  }
}

for (const [what, scenario] of [
  ['the Gateway API promises', gatewayScenario({ hasGrpc: false })],
  ['Ingresses promise', ingressScenario],
] as const)
  test(`a proxy does what ${what}, over generated objects and requests`, async (t) => {
    const counts = new Map<string, number>()
    for (const one of fc.sample(scenario, { seed, numRuns: RUNS })) await hold(one, counts)
    t.diagnostic(`seed ${seed}: ${[...counts].map(([kind, count]) => `${count} ${kind}`).join(', ')}`)
    assert.ok((counts.get('forward') ?? 0) > 0 && (counts.get('status') ?? 0) > 0)
  })
