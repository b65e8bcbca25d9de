import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Circumstances, type Outcome, outcomeOf } from '#routes/outcome/outcome.ts'
import { match } from '#routes/table/match.ts'
import { type Headers, headerOf } from '#routes/table/request-values.ts'
import type { RoutingTable } from '#routes/table/table.ts'
import { type Echo, EchoBackends } from './echo-backends.ts'
import { ProxyUnderTest } from './proxy-under-test.ts'
import { type RawAnswer, rawRequest } from './raw-request.ts'
import { type GeneratedRequest, KEYS, requests, TLS_BIND, tables } from './tables.ts'
import { testCertificate } from './test-certificate.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

/** FAIRLEAD_SEED repeats a run. */
const seed = Number(process.env.FAIRLEAD_SEED ?? Date.now() & 0x7fffffff)
const RUNS = Number(process.env.FAIRLEAD_RUNS ?? 25)
const NAMES = ['x-one', 'x-two', 'x-three', 'x-four']
const CORS = ['allow-origin', 'allow-credentials', 'expose-headers', 'allow-methods', 'allow-headers', 'max-age'].map(
  (name) => `access-control-${name}`,
)
const OWN = ['location', 'vary', ...NAMES, ...CORS]
const ANSWERED: Headers = [
  ['x-one', 'backend'],
  ['x-four', 'backend'],
  ...CORS.map((name) => [name, 'backend'] as const),
]

/** Of what it is judged by, in words: two that are the same are held for the same. */
function fate(outcome: Outcome): string {
  if (outcome.type === 'answer') {
    const { status, headers } = outcome
    return JSON.stringify({ status, headers: picked(headers, OWN) })
  }
  const { backend, request } = outcome
  return JSON.stringify({
    backend,
    method: request.method,
    host: request.host,
    target: request.target,
    headers: picked(request.headers, NAMES),
    answered: picked(outcome.answered(ANSWERED), OWN),
  })
}
const picked = (headers: Headers, names: readonly string[]) =>
  names.map((name) => headerOf(headers, name)?.replaceAll(', ', ',') ?? null)

function seen({ status, headers, body }: RawAnswer): string {
  if (status !== 200) return JSON.stringify({ status, headers: picked(headers, OWN) })
  const echo = JSON.parse(body) as Echo
  return JSON.stringify({
    backend: echo.backend,
    method: echo.method,
    host: headerOf(echo.headers, 'host'),
    target: echo.target,
    headers: picked(utf8(echo.headers), NAMES),
    answered: picked(headers, OWN),
  })
}
/** Node.js reads octets of headers as characters. */
const utf8 = (headers: Headers): Headers =>
  headers.map(([name, value]) => [name, Buffer.from(value, 'latin1').toString('utf8')] as const)

/** What may become of a request, whatever is drawn. */
function fates(table: RoutingTable, request: GeneratedRequest): ReadonlySet<string> {
  const { bind, serverName, ...rest } = request
  const asked = { ...rest, bind, ...(bind === TLS_BIND && { serverName }), headers: lines(request) }
  const found = match(table, asked)
  const all = new Set<string>()
  for (let drawn = 0; drawn < 6; drawn++) {
    const circumstances: Circumstances = { source: '127.0.0.1', draw: (count) => drawn % count }
    all.add(fate(outcomeOf(found, asked, circumstances)))
  }
  return all
}

const lines = ({ headers, body }: GeneratedRequest): Headers =>
  body === '' ? headers : [...headers, ['Content-Length', String(body.length)]]

function send(request: GeneratedRequest): Promise<RawAnswer> {
  const { method, target, authority, body, bind, serverName } = request
  const all = [['Host', authority], ['Connection', 'close'], ...lines(request)]
  const text = `${method} ${target} HTTP/1.1\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
  return rawRequest(bind, text, bind === TLS_BIND ? serverName || false : undefined)
}

/** Without a name that leads to a certificate no connection comes to be. */
const hasConnection = (answer: RawAnswer) => answer.status !== 0

test('a proxy does with a request what the table says, over generated tables and requests', async () => {
  const backends = await EchoBackends.start(KEYS, ANSWERED)
  const counts = new Map<string, number>()
  try {
    // The table is long: what differs is told first.
    await fc.assert(
      fc.asyncProperty(
        tables(testCertificate()),
        fc.array(requests, { minLength: 60, maxLength: 60 }),
        async (table, all) => {
          const proxy = await ProxyUnderTest.start(table, backends.ports)
          try {
            for (const request of all) {
              const answer = await send(request)
              if (request.bind === TLS_BIND && !hasConnection(answer)) continue
              const wanted = fates(table, request)
              const got = seen(answer)
              const kind = got.startsWith('{"backend') ? 'forwarded' : got.slice(10, 13)
              counts.set(kind, (counts.get(kind) ?? 0) + 1)
              assert.ok(
                wanted.has(got),
                `${JSON.stringify(request)}\n got ${got}\n not ${[...wanted].join('\n  or ')}\n${proxy.output}`,
              )
            }
          } finally {
            await proxy.stop()
          }
        },
      ),
      { seed, numRuns: RUNS, endOnFailure: true },
    )
  } finally {
    backends.stop()
    console.log(`seed ${seed}: ${JSON.stringify(Object.fromEntries(counts))}`)
  }
  for (const kind of ['forwarded', '3', '400', '403', '404', '413', '421', '500']) {
    assert.ok(
      [...counts.keys()].some((one) => one.startsWith(kind)),
      `none of ${kind}`,
    )
  }
})
