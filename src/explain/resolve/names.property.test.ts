import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { decodeRecords } from '#dns/decode.ts'
import { encodeQuestion } from '#dns/encode.ts'
import { DnsServer } from '#dns/server.ts'
import { Zone } from '#names/zone.ts'
import type { Datagram } from '#net/datagram.ts'
import { formatBytes } from '#net/ip-address.ts'
import { ExplainError } from '../ask/explain-error.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { dns, facts, pod, service } from '../testing/cluster.ts'
import { resolveDestination } from './destination.ts'
import { resolveSource } from './source.ts'

/*
 * What explain says of a name is what the DNS server answers when a resolver asks it its questions in order. The server
 * is the one that runs, over octets; the resolver is written here a second time, from the file that it reads.
 */

const DOMAIN = 'cluster.local'
const NAMESPACES = ['default', 'shop', 'web']
const NAMES = ['web', 'db', 'shop', 'svc']
const HOSTNAMES = ['db-0', 'web']
const ADDRESSES = ['10.244.1.5', '10.244.2.6', 'fd00:10:244:1::5']
const DASHED = ['10-244-1-5', '10-244-2-6', 'fd00-10-244-1--5', '10-244-9-9']

const endpoint = fc.record({
  address: fc.constantFrom(...ADDRESSES),
  hostname: fc.option(fc.constantFrom(...HOSTNAMES), { nil: undefined }),
  // A Service that publishes addresses which are not ready has them marked ready in its slices.
  ready: fc.constantFrom(true, false, undefined),
})
const wholeName = fc
  .tuple(fc.constantFrom('', 'db-0.', '10-244-1-5.'), fc.constantFrom(...NAMES), fc.constantFrom(...NAMESPACES))
  .map(([below, name, namespace]) => `${below}${name}.${namespace}.svc.${DOMAIN}`)
const spec: fc.Arbitrary<object> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      { clusterIPs: ['10.96.7.1'] },
      { clusterIPs: ['10.96.7.1', 'fd00:10:96::701'] },
      { clusterIPs: ['fd00:10:96::701'], type: 'NodePort' },
      { clusterIPs: [], type: 'LoadBalancer' },
    ),
  },
  { weight: 4, arbitrary: fc.constant({ clusterIP: 'None', clusterIPs: ['None'] }) },
  {
    weight: 2,
    arbitrary: fc
      .oneof(wholeName, fc.constantFrom('docs.example.org', '192.0.2.1', DOMAIN, `10-244-1-5.shop.pod.${DOMAIN}`))
      .map((externalName) => ({ type: 'ExternalName', externalName })),
  },
)
const services = fc.uniqueArray(
  fc.record({
    namespace: fc.constantFrom(...NAMESPACES),
    name: fc.constantFrom(...NAMES),
    spec,
    endpoints: fc.array(endpoint, { maxLength: 4 }),
  }),
  { selector: ({ namespace, name }) => `${namespace}/${name}`, minLength: 6, maxLength: 11 },
)
const pods = fc.array(
  fc.record({
    namespace: fc.constantFrom(...NAMESPACES),
    ip: fc.constantFrom(...ADDRESSES),
    hostNetwork: fc.boolean(),
    phase: fc.constantFrom('Running', 'Succeeded'),
  }),
  { maxLength: 3 },
)
const token = fc.constantFrom(...NAMES, ...NAMESPACES, ...HOSTNAMES, ...DASHED, 'nosuch', 'svc', 'pod', '_tcp', DOMAIN)
const name = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...NAMES) },
      {
        weight: 3,
        arbitrary: fc
          .tuple(fc.constantFrom(...NAMES), fc.constantFrom(...NAMESPACES))
          .map((labels) => labels.join('.')),
      },
      { weight: 3, arbitrary: wholeName },
      { weight: 2, arbitrary: fc.array(token, { minLength: 1, maxLength: 4 }).map((tokens) => tokens.join('.')) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.constantFrom(...DASHED), fc.constantFrom(...NAMESPACES))
          .map(([address, namespace]) => `${address}.${namespace}.pod.${DOMAIN}`),
      },
      { weight: 1, arbitrary: fc.constantFrom('nosuch.example', `ns.dns.${DOMAIN}`) },
    ),
    fc.constantFrom('', '', '', '.'),
    fc.boolean(),
  )
  .map(([text, dot, loud]) => `${loud ? text.toUpperCase() : text}${dot}`)
  .filter((text) => /^[a-z\d]/i.test(text))
const resolver = fc.record({
  policy: fc.constantFrom('ClusterFirst', 'ClusterFirst', 'None'),
  added: fc.shuffledSubarray([`shop.svc.${DOMAIN}`, `web.svc.${DOMAIN}`, 'corp.example', 'corp.example.com', DOMAIN]),
  ndots: fc.constantFrom(undefined, '0', '1', '2', '5'),
})

type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never
const plan = fc.record({ services, pods, resolver, name, from: fc.constantFrom(...NAMESPACES) })

const sliceOf = (namespace: string, of: string, family: 'IPv4' | 'IPv6', { endpoints }: Plan['services'][number]) =>
  ({
    metadata: { namespace, name: `${of}-${family}`, labels: { 'kubernetes.io/service-name': of } },
    addressType: family,
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
    endpoints: endpoints
      .filter(({ address }) => address.includes(':') === (family === 'IPv6'))
      .map(({ address, hostname, ready }) => ({ addresses: [address], hostname, conditions: { ready } })),
  }) as unknown as EndpointSlice

const senderOf = ({ from, resolver: { policy, added, ndots } }: Plan): Pod =>
  pod('sender', 1, 30, {
    namespace: from,
    spec: {
      dnsPolicy: policy,
      dnsConfig: {
        ...(policy === 'None' && { nameservers: ['10.96.0.10'] }),
        searches: added,
        ...(ndots !== undefined && { options: [{ name: 'ndots', value: ndots }] }),
      },
    },
  })

function factsOf(one: Plan): ClusterFacts {
  return facts({
    namespaces: NAMESPACES,
    services: [
      ...one.services.map(
        ({ namespace, name, spec }) => service(name, undefined, { ...spec }, { namespace }) as Service,
      ),
      dns[0],
    ],
    slices: [
      ...one.services.flatMap((of) =>
        (['IPv4', 'IPv6'] as const).map((family) => sliceOf(of.namespace, of.name, family, of)),
      ),
      dns[1],
    ],
    pods: [
      senderOf(one),
      ...one.pods.map(({ namespace, ip, hostNetwork, phase }, index) =>
        pod(`pod-${index}`, 1, 40 + index, { namespace, spec: { hostNetwork }, status: { phase, podIPs: [{ ip }] } }),
      ),
    ],
  })
}

/** The server that runs, as its socket sees it. */
function server(one: Plan, given: ClusterFacts): (name: string, type: number) => Uint8Array {
  const zone = new Zone(DOMAIN, ['10.96.0.10'])
  for (const namespace of NAMESPACES) zone.setNamespace(namespace, true)
  for (const { metadata, ...rest } of given.services) {
    const { namespace = '', name = '' } = metadata ?? {}
    const own = given.slices.filter(
      (slice) =>
        slice.metadata?.namespace === namespace && slice.metadata.labels?.['kubernetes.io/service-name'] === name,
    )
    zone.setService(namespace, name, { metadata, ...rest } as Service, own)
  }
  for (const address of ['10.244.1.30', 'fd00:10:244:1::30']) zone.setPodAddress(one.from, address, true)
  for (const { namespace, ip, hostNetwork, phase } of one.pods)
    if (!hostNetwork && phase === 'Running') zone.setPodAddress(namespace, ip, true)
  let answer: ((datagram: Datagram) => number) | undefined
  const source = {
    serve(given: typeof answer) {
      answer = given
    },
    pause: () => {},
    close: () => {},
  }
  new DnsServer({ zone, udp: [source], tcp: [], random: () => 0, log: assert.fail })
  const room = new Uint8Array(65_535)
  return (name, type) => {
    const bytes = encodeQuestion(name, type)
    const later = () => assert.fail('there is no upstream')
    const length = answer?.({ bytes, start: 0, end: bytes.length, answer: room, at: 0, later }) ?? 0
    return room.slice(0, length)
  }
}

/**
 * As resolv.conf(5) has it, and glibc's res_search reads replies: what `name` is to a program in the sender. With a name
 * of the search list that is refused, the list is at its end.
 */
function served({ name, from, resolver: { policy, added, ndots } }: Plan, ask: ReturnType<typeof server>) {
  const searches = policy === 'None' ? added : [`${from}.svc.${DOMAIN}`, `svc.${DOMAIN}`, DOMAIN, ...added]
  const enough = Number(ndots ?? (policy === 'None' ? 1 : 5))
  const ended = name.endsWith('.')
  const bare = ended ? name.slice(0, -1) : name
  const longer = ended ? [] : searches.map((suffix) => `${bare}.${suffix}`)
  const first = ended || bare.split('.').length - 1 >= enough
  let isListOver = false
  for (const whole of first ? [bare, ...longer] : [...longer, bare]) {
    if (isListOver && whole !== bare) continue
    const all = [ask(whole, 1), ask(whole, 28)]
    const replies = all.filter((reply) => (reply[3]! & 15) === 0 && reply[7]! > 0)
    if (whole !== bare && all.some((reply) => (reply[3]! & 15) === 5)) isListOver = true
    if (replies.length === 0) continue
    return replies
      .flatMap(decodeRecords)
      .flatMap(({ data }) => (data.type === 'A' || data.type === 'AAAA' ? [formatBytes(data.address)] : []))
  }
  return []
}

function explained(given: ClusterFacts, { name, from }: Plan, family: 'IPv4' | 'IPv6'): readonly string[] {
  const question = { from: `pod/${from}/sender`, to: `${name}:8080`, family }
  try {
    return resolveDestination(given, question, resolveSource(given, question)).targets.map(({ address }) => address)
  } catch (error) {
    if (error instanceof ExplainError) return []
    throw error
  }
}

test('explain says of a name what the DNS server answers to the resolver that asks for it', () => {
  let withAddresses = 0
  fc.assert(
    fc.property(plan, (one) => {
      const given = factsOf(one)
      const all = served(one, server(one, given))
      if (all.length > 0) withAddresses++
      for (const family of ['IPv4', 'IPv6'] as const) {
        const expected = all.filter((address) => address.includes(':') === (family === 'IPv6'))
        const told = explained(given, one, family)
        assert.ok(
          told.every((address) => expected.includes(address)),
          `${one.name}, ${family}: explain says ${told}, the server ${expected}`,
        )
        assert.equal(told.length > 0, expected.length > 0, `${one.name}, ${family}: the server says ${expected}`)
      }
    }),
    { numRuns: 600 },
  )
  assert.ok(withAddresses > 90, `only ${withAddresses} of the names had addresses`)
})
