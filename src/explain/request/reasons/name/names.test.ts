import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gateway, http, httpRoute, https, rule, secret } from '#routes/testing/make.ts'
import { ask } from '../../../testing/cluster.ts'
import { withGateway } from '../../../testing/gateways.ts'

const listening = (...hostnames: readonly string[]) =>
  gateway(
    'default/gw',
    hostnames.map((hostname, at) => http({ name: `l${at}`, hostname })),
  )
const all = httpRoute('default/all', { rules: [rule('web')] })
type Flags = Parameters<typeof ask>[2]
/** What is said of a request, one alone: the names that are near, and what would help. */
const told = (to: string, cluster: Parameters<typeof withGateway>[0], flags: Flags = {}) => {
  const facts = withGateway(
    { httpRoutes: [all], secrets: [secret('default/cert', 'CERT *.shop.test')], ...cluster },
    { ports: [80, 443, 8080] },
  )
  const { findings, request } = ask('pod/client', to, flags, facts)
  const [finding, ...others] = findings
  assert.deepEqual(others, [])
  const { reason, message, details, cures } = finding!
  const asked = cures.map(({ command }) => command.replace('fairlead explain --from pod/client --to ', ''))
  return { reason, message, details, asked, answer: request?.answer }
}

test('a name that nobody serves is told with the names that are like it, and two of them may be asked', () => {
  const gateways = [listening('shop1.test', 'shop2.test', 'shop3.test', 'shop4.test', 'nothing-alike.example')]
  const { reason, details, asked } = told('http://shop.test/cart', { gateways })
  assert.equal(reason, 'host-not-served')
  assert.deepEqual(details, ['names that are served: shop1.test, shop2.test and shop3.test'])
  assert.deepEqual(asked, ['http://shop1.test/cart', 'http://shop2.test/cart'])
  const one = told('http://shop.test/', { gateways: [listening('nothing-alike.example', 'shop1.test')] })
  assert.deepEqual([one.details, one.asked], [['names that are served: shop1.test'], ['http://shop1.test/']])
})

test('where none is like it those that there are are told, and none is proposed: somebody looks', () => {
  const gateways = [listening('aaaa.example', '*.bbbb.example', 'cccc.example', 'dddd.example')]
  const { details, asked } = told('http://zyx/', { gateways }, { gateway: 'gw' })
  assert.deepEqual(details, ['names that are served: aaaa.example, *.bbbb.example and cccc.example'])
  assert.deepEqual(asked, ['kubectl get httproutes,grpcroutes,tlsroutes,ingresses -A'])
  const none = told('http://shop.test/', { gateways: [] })
  assert.deepEqual(none.asked, ['kubectl get httproutes,grpcroutes,tlsroutes,ingresses -A'])
})

test('a name that is served elsewhere is asked there, once, and is none that is like itself', () => {
  const own = gateway('default/gw', [
    http({ hostname: 'other.test' }),
    http({ name: 'alt', port: 8080, hostname: 'shop.test' }),
  ])
  const flags = { gateway: 'default/gw' }
  const { reason, details, asked } = told('http://shop.test/', { gateways: [own] }, flags)
  assert.equal(reason, 'host-not-served')
  assert.deepEqual(details, [
    'shop.test is served by Gateway default/gw at port 8080 (http)',
    'names that are served: other.test',
  ])
  assert.deepEqual(asked, ['http://shop.test:8080/ --gateway default/gw'])
})

test('who asks by TLS for one name and in the request for another is told to ask by one', () => {
  const tls = (name: string, hostname: string) =>
    https({ name, hostname, tls: { certificateRefs: [{ name: 'cert' }] } })
  const gateways = [gateway('default/gw', [tls('a', 'a.shop.test'), tls('b', 'b.shop.test')])]
  const headers = ['Host: b.shop.test', 'X-Env: a']
  const { reason, asked, answer } = told('https://a.shop.test/', { gateways }, { headers })
  assert.deepEqual(
    [reason, asked, answer],
    ['misdirected', ["https://b.shop.test/ --header 'X-Env: a'"], { code: 'refused', status: 421 }],
  )
})

test('a path or a host that can be read in two ways is refused, as it was sent', () => {
  const gateways = [gateway('default/gw', [http()])]
  const answer = { code: 'refused', status: 400 }
  const path = told('http://shop.test/a/%2e%2e/%zz', { gateways })
  assert.match(path.message, /^the path \/a\/%2e%2e\/%zz cannot be read in one way alone/)
  assert.deepEqual([path.reason, path.asked, path.answer], ['request-malformed', [], answer])
  const host = told('http://shop.test/', { gateways }, { headers: ['Host: shop..test:x'] })
  assert.match(host.message, /^the host shop\.\.test:x cannot be read in one way alone/)
  assert.deepEqual([host.reason, host.asked, host.answer], ['request-malformed', [], answer])
})
