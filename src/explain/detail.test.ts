import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import type { ClusterFacts } from './cluster/facts.ts'
import { closestPort } from './cluster/listening.ts'
import { ask, at, facts, node, pod, service, slice } from './testing/cluster.ts'

/* What stands below a finding, and in the walk, is true as well. */

const client = pod('client', 1, 9, { labels: { app: 'client' } })
const first = (to: string, more: Partial<ClusterFacts>, protocol?: 'UDP') =>
  ask('pod/client', to, protocol && { protocol }, facts(more)).findings[0]

test('a port without a protocol is one of TCP', () => {
  const plain = service('web', '10.96.0.1', { ports: [{ port: 80, targetPort: 8080 }] })
  const finding = first('svc/web:80', { services: [plain] }, 'UDP')
  assert.match(finding?.details?.join() ?? '', /80 is served over TCP, not over UDP/)
  assert.equal(finding?.cures[0]?.command, 'fairlead explain --from pod/client --to svc/default/web:80 --proto tcp')
  const both = service('web', '10.96.0.1', {
    ports: [
      { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
      { name: 'tcp', port: 53, targetPort: 53 },
    ],
  })
  assert.equal(ask('pod/client', '10.96.0.1:53', {}, facts({ services: [both] })).protocol, 'TCP', 'where it is served')
})

test('pods of another namespace with the labels of a selector are told of, those of its own are not', () => {
  const one = service('web', '10.96.0.1', { selector: { app: 'shop' } })
  const elsewhere = pod('shop-1', 1, 30, { namespace: 'shop', labels: { app: 'shop' } })
  const told = (first('svc/web', { services: [one], slices: [], pods: [client, elsewhere] })?.details ?? []).join('\n')
  assert.match(told, /^shop\/shop-1 has these labels: a Service selects pods of its own namespace only$/m)
  assert.doesNotMatch(
    (first('svc/web', { services: [one], slices: [], pods: [client] })?.details ?? []).join('\n'),
    /ha(s|ve) these labels/,
  )
})

test('a name that an ExternalName Service does not find is looked for in its own namespace first', () => {
  const alias = service('alias', undefined, { type: 'ExternalName', externalName: 'crat', selector: {} })
  const [own, other] = ['default', 'shop'].map((namespace, index) =>
    service('cart', `10.96.0.${7 + index}`, {}, { namespace }),
  )
  const commands = first('alias:80', { services: [alias, other, own] as Service[] })?.cures.map(
    ({ command }) => command,
  )
  assert.match(commands?.[0] ?? '', /"externalName":"cart\.default\.svc\.cluster\.local"/)
})

test('the walk says where a backend lives, and by way of whom it gets there', () => {
  const given = facts({ slices: [slice('web', [at('10.244.2.11', 2)])] })
  assert.match(
    ask('pod/client', 'svc/web', {}, given).steps.at(-1)?.details?.[0] ?? '',
    /^10\.244\.2\.11 is on node-2, by way of 172\.30\.0\.3; pod default\/web-2 listens/,
  )
  // A pod network with a plan of its own: the pod tells its node, no range does.
  const { spec: _, ...bare } = node(2)
  assert.match(
    ask('pod/client', 'svc/web', {}, { ...given, nodes: [node(1), bare] as ClusterFacts['nodes'] }).steps.at(-1)
      ?.details?.[0] ?? '',
    /^10\.244\.2\.11 is on node-2/,
  )
})

test('the open port nearest to what was asked is offered; of none asked, the least', () => {
  assert.equal(closestPort(8000, [22, 8080, 9000]), 8080)
  assert.equal(closestPort(undefined, [9000, 22, 8080]), 22)
})

test('a health check port is the proxy’s own, and is reachable where nobody could look', () => {
  const local = service('local', '10.96.0.2', {
    type: 'LoadBalancer',
    externalTrafficPolicy: 'Local',
    healthCheckNodePort: 32000,
    selector: { app: 'web' },
  })
  const { network } = facts()
  const given = facts({ services: [local], network: { ...network, foreign: true }, listening: {}, kernels: [] })
  const { verdict, steps } = ask('pod/client', '172.30.0.3:32000', {}, given)
  assert.equal(verdict, 'reachable')
  assert.match(steps.at(-1)?.text ?? '', /the node’s proxy answers: the health check port of default\/local$/)
  assert.equal(ask('pod/client', '172.30.0.3:32001', {}, given).verdict, 'unreachable')
})

test('node ports that there are, are told with their protocol; one without is TCP’s', () => {
  const open = service('open', '10.96.0.2', {
    type: 'NodePort',
    ports: [{ port: 80, targetPort: 8080, nodePort: 30081 }],
  })
  const finding = ask('host', '172.30.0.2:30099', {}, facts({ services: [open] })).findings[0]
  assert.deepEqual(finding?.details, ['30081/TCP is default/open'])
})

test('a name with the wrong namespace is led to the one that has the Service', () => {
  const cart = service('cart', '10.96.0.7', {}, { namespace: 'shop' })
  for (const to of ['cart.default:80', 'cart.default.svc:80', 'cart:80']) {
    const finding = ask('pod/client', to, {}, facts({ services: [cart] })).findings[0]
    assert.equal(
      finding?.cures[0]?.command,
      'fairlead explain --from pod/client --to cart.shop.svc.cluster.local:80',
      to,
    )
  }
})

test('what is not known of a port is told with what is: node ports of a node, nothing of an address outside', () => {
  const { network } = facts()
  const given = facts({ network: { ...network, foreign: true, egress: true }, listening: {}, kernels: [] })
  const details = (to: string) =>
    ask('pod/client', to, {}, given).findings.map((one) => [one.reason, ...(one.details ?? [])])
  assert.deepEqual(details('172.30.0.3:8080'), [
    [
      'listener-unknown',
      'no Service has it as its node port; as a rule those are 30000 to 32767',
      '30080/TCP is default/local',
    ],
  ])
  assert.deepEqual(details('198.51.100.9:443'), [['listener-unknown']])
})
