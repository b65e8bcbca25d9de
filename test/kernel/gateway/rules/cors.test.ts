import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Cors } from '#routes/table/entry.ts'
import { EchoBackends } from '../echo-backends.ts'
import { entry } from '../small-table.ts'
import { KEYS } from '../tables.ts'
import { request, send, withProxy } from './with-proxy.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

let backends: EchoBackends
before(async () => {
  backends = await EchoBackends.start(KEYS)
})
after(() => backends.stop())

const cors = (more: Partial<Cors>) => ({
  type: 'cors' as const,
  ...{ origins: ['*'], methods: [], allowHeaders: [], exposeHeaders: [], maxAgeSeconds: 5, credentials: false },
  ...more,
})

test('of two who say what pages of other origins may read the later one decides, in answers of our own too', async () => {
  const filters = [
    { type: 'responseHeaders' as const, set: [{ name: 'Vary', value: 'Accept' }], add: [], remove: [] },
    cors({ exposeHeaders: ['x-one'], credentials: true }),
    cors({}),
  ]
  const action = { type: 'answer' as const, status: 500 as const, reason: 'BackendNotFound' }
  const entries = [entry('own.test', 'one', { filters, action }), entry('other.test', 'one', { filters })]
  await withProxy(backends, entries, async () => {
    for (const host of ['own.test', 'other.test']) {
      const { status, headers } = await send(request(host, ['Origin: https://page.test']))
      const said = headers.filter(([name]) => name.startsWith('access-control-') || name === 'vary')
      assert.equal(status, host === 'own.test' ? 500 : 200)
      assert.deepEqual(
        said.filter(([name]) => name !== 'vary'),
        [['access-control-allow-origin', 'https://page.test']],
      )
      assert.match(
        said
          .filter(([name]) => name === 'vary')
          .map(([, value]) => value)
          .join(),
        /^(?:Accept,)?Origin,Origin$/,
      )
    }
  })
})

test('an origin that may not read an answer is told nothing but that the answer depends on who asks', async () => {
  const filters = [cors({ origins: ['https://page.test'] })]
  await withProxy(backends, [entry('a.test', 'one', { filters })], async () => {
    const { status, headers } = await send(request('a.test', ['Origin: https://other.test']))
    const said = headers.filter(([name]) => name.startsWith('access-control-') || name === 'vary')
    assert.deepEqual([status, said], [200, [['vary', 'Origin']]])
  })
})

const STARS = { methods: ['*'], allowHeaders: ['*'], exposeHeaders: ['*'] }
/** What is said of each kind of rule to a page that asks whether it may `PUT` with `x-asked`; for none the status alone. */
const PREFLIGHTS: readonly (readonly [Partial<Cors>, number, Readonly<Record<string, string>>])[] = [
  [
    { methods: ['GET', 'PUT'], allowHeaders: ['x-one', 'x-two'], exposeHeaders: ['x-three', 'x-four'] },
    204,
    { 'allow-methods': 'GET, PUT', 'allow-headers': 'x-one, x-two', 'expose-headers': 'x-three, x-four' },
  ],
  [STARS, 204, { 'allow-methods': '*', 'allow-headers': '*', 'expose-headers': '*' }],
  [
    { ...STARS, credentials: true },
    204,
    { 'allow-methods': 'PUT', 'allow-headers': 'x-asked', 'allow-credentials': 'true' },
  ],
  [{}, 204, {}],
  [{ ...STARS, origins: ['https://other.test'] }, 403, {}],
]

test('a page that asks whether it may ask is told what the rule allows, and asks no backend', async () => {
  const hosts = PREFLIGHTS.map((_, at) => `${at}.test`)
  const entries = PREFLIGHTS.map(([more], at) => entry(`${at}.test`, 'one', { id: `${at}`, filters: [cors(more)] }))
  await withProxy(backends, entries, async () => {
    const page = ['Origin: https://page.test', 'Access-Control-Request-Headers: x-asked']
    const asking = [...page, 'Access-Control-Request-Method: PUT']
    backends.heard.length = 0
    for (const [at, [, wanted, more]] of PREFLIGHTS.entries()) {
      const { status, headers } = await send(request(hosts[at] as string, asking, '', 'OPTIONS'))
      const said = headers.filter(([name]) => name.startsWith('access-control-'))
      const always = wanted === 204 ? { 'allow-origin': 'https://page.test', 'max-age': '5' } : {}
      const all = Object.entries({ ...always, ...more }).map(([name, value]) => [`access-control-${name}`, value])
      assert.deepEqual([status, Object.fromEntries(said)], [wanted, Object.fromEntries(all)], `rule ${at}`)
    }
    assert.equal(backends.heard.length, 0)
    for (const [head, method] of [
      [asking, 'GET'],
      [page, 'OPTIONS'],
    ] as const)
      assert.equal((await send(request('0.test', head, '', method))).status, 200, 'which asks for no leave')
  })
})
