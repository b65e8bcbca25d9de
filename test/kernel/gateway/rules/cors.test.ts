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
