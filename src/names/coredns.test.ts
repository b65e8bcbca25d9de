import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { type Rcode, RecordType } from './record.ts'
import { rcodeName, recordLine } from './testing/record-text.ts'
import { Zone } from './zone.ts'

/*
 * Questions and the answers that CoreDNS 1.13 (its `kubernetes` plugin with `pods verified`) gives for the same objects. What we
 * answer otherwise, and why, stands in the second table.
 */
const NAMESPACE = 'testns'
const zone = new Zone('cluster.local', ['10.96.0.10', 'fd00:10:96::a'])
zone.setNamespace(NAMESPACE, true)
zone.setNamespace('empty-ns', true)
const add = (name: string, spec: Service['spec'], ...slices: readonly Partial<EndpointSlice>[]): void => {
  const service: Service = { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: NAMESPACE }, spec }
  const whole = slices.map(
    (slice, index): EndpointSlice => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `${name}-${index}`, namespace: NAMESPACE },
      addressType: 'IPv4',
      ...slice,
    }),
  )
  zone.setService(NAMESPACE, name, service, whole)
}
const http = { name: 'http', protocol: 'TCP', port: 80 } as const
add('svc1', { clusterIPs: ['10.0.0.1'], ports: [http] }, { endpoints: [{ addresses: ['172.0.1.1'] }], ports: [http] })
add('svcempty', { clusterIPs: ['10.0.0.2'], ports: [http] })
add('svc6', { clusterIPs: ['1234:abcd::1'], ports: [http] })
add('dual', { clusterIPs: ['10.0.0.3', '10::3'], ports: [http] })
add('unnamed', { clusterIPs: ['10.0.0.4'], ports: [{ port: 8443 }] })
add('both', {
  clusterIPs: ['10.0.0.5'],
  ports: [
    { name: 'dns', protocol: 'UDP', port: 53 },
    { name: 'dns-tcp', protocol: 'TCP', port: 53 },
    { name: 'metrics', port: 9153 },
  ],
})
add(
  'hdls1',
  { clusterIP: 'None', ports: [http] },
  {
    endpoints: [
      { addresses: ['172.0.0.2'] },
      { addresses: ['172.0.0.3'] },
      { addresses: ['172.0.0.4'], hostname: 'dup-name' },
      { addresses: ['172.0.0.5'], hostname: 'dup-name' },
      { addresses: ['172.0.0.6'], conditions: { ready: false } },
    ],
    ports: [http],
  },
  {
    addressType: 'IPv6',
    endpoints: [{ addresses: ['5678:abcd::1'] }, { addresses: ['5678:abcd::'] }],
    ports: [http],
  },
)
add('hdlsprtls', { clusterIP: 'None' }, { endpoints: [{ addresses: ['172.0.0.20'] }], ports: [] })
add('hdlsnone', { clusterIP: 'None', ports: [http] }, { endpoints: [], ports: [http] })
add('external', { type: 'ExternalName', externalName: 'ext.interwebs.test' })
add('external-address', { type: 'ExternalName', externalName: '192.0.2.1' })
add('external-to-service', { type: 'ExternalName', externalName: 'svc1.testns.svc.cluster.local' })
add('external-to-nothing', { type: 'ExternalName', externalName: 'gone.testns.svc.cluster.local' })
zone.setPodAddress(NAMESPACE, '172.0.0.2', true)

interface Expected {
  readonly rcode?: keyof typeof Rcode
  readonly answers?: readonly string[]
  readonly additional?: readonly string[]
}
type Row = readonly [type: keyof typeof RecordType, name: string, expected: Expected]

const S = 'testns.svc.cluster.local'
const NOTHING: Expected = {}
const NXDOMAIN: Expected = { rcode: 'NXDOMAIN' }

const same: readonly Row[] = [
  ['A', `svc1.${S}`, { answers: [`svc1.${S} A 10.0.0.1`] }],
  ['A', `svcempty.${S}`, { answers: [`svcempty.${S} A 10.0.0.2`] }],
  ['AAAA', `svc6.${S}`, { answers: [`svc6.${S} AAAA 1234:abcd::1`] }],
  ['A', `dual.${S}`, { answers: [`dual.${S} A 10.0.0.3`] }],
  ['AAAA', `dual.${S}`, { answers: [`dual.${S} AAAA 10::3`] }],
  ['AAAA', `svc1.${S}`, NOTHING],
  ['TXT', `svc1.${S}`, NOTHING],
  ['SOA', `svc1.${S}`, NOTHING],
  ['CNAME', `svc1.${S}`, NOTHING],
  ['PTR', `svc1.${S}`, NOTHING],
  ['AAAA', `svc0.${S}`, NXDOMAIN],
  ['A', `svc0.${S}`, NXDOMAIN],
  ['TXT', `svc0.${S}`, NXDOMAIN],
  ['SRV', `svc0.${S}`, NXDOMAIN],
  ['A', 'svc1.nons.svc.cluster.local', NXDOMAIN],
  ['A', 'nons.svc.cluster.local', NXDOMAIN],
  ['A', 'svc.cluster.local', NOTHING],
  ['A', 'pod.cluster.local', NOTHING],
  ['A', S, NOTHING],
  ['A', 'empty-ns.svc.cluster.local', NOTHING],
  ['A', 'testns.pod.cluster.local', NOTHING],
  ['NS', S, NOTHING],
  ['NS', 'svc.cluster.local', NOTHING],
  ['NS', 'foo.cluster.local', NXDOMAIN],
  ['NS', 'foo.svc.cluster.local', NXDOMAIN],
  ['TXT', 'dns-version.cluster.local', { answers: ['dns-version.cluster.local TXT 1.1.0'] }],
  ['A', 'cluster.local', NOTHING],
  ['AAAA', 'ns.dns.cluster.local', { answers: ['ns.dns.cluster.local AAAA fd00:10:96::a'] }],
  [
    'SRV',
    `_http._tcp.svc1.${S}`,
    { answers: [`_http._tcp.svc1.${S} SRV 0 100 80 svc1.${S}`], additional: [`svc1.${S} A 10.0.0.1`] },
  ],
  ['SRV', `_http._udp.svc1.${S}`, NXDOMAIN],
  ['SRV', `_https._tcp.svc1.${S}`, NXDOMAIN],
  ['SRV', `svc1.${S}`, { answers: [`svc1.${S} SRV 0 100 80 svc1.${S}`], additional: [`svc1.${S} A 10.0.0.1`] }],
  [
    'SRV',
    `unnamed.${S}`,
    { answers: [`unnamed.${S} SRV 0 100 8443 unnamed.${S}`], additional: [`unnamed.${S} A 10.0.0.4`] },
  ],
  [
    'SRV',
    `172-0-0-2.hdls1.${S}`,
    {
      answers: [`172-0-0-2.hdls1.${S} SRV 0 100 80 172-0-0-2.hdls1.${S}`],
      additional: [`172-0-0-2.hdls1.${S} A 172.0.0.2`],
    },
  ],
  [
    'A',
    `hdls1.${S}`,
    { answers: ['172.0.0.2', '172.0.0.3', '172.0.0.4', '172.0.0.5'].map((address) => `hdls1.${S} A ${address}`) },
  ],
  ['AAAA', `hdls1.${S}`, { answers: [`hdls1.${S} AAAA 5678:abcd::1`, `hdls1.${S} AAAA 5678:abcd::`] }],
  ['A', `hdlsprtls.${S}`, { answers: [`hdlsprtls.${S} A 172.0.0.20`] }],
  ['A', `172-0-0-20.hdlsprtls.${S}`, { answers: [`172-0-0-20.hdlsprtls.${S} A 172.0.0.20`] }],
  ['A', `172-0-0-2.hdls1.${S}`, { answers: [`172-0-0-2.hdls1.${S} A 172.0.0.2`] }],
  ['A', `172-0-0-6.hdls1.${S}`, NXDOMAIN],
  ['AAAA', `5678-abcd--0.hdls1.${S}`, { answers: [`5678-abcd--0.hdls1.${S} AAAA 5678:abcd::`] }],
  ['A', `dup-name.hdls1.${S}`, { answers: [`dup-name.hdls1.${S} A 172.0.0.4`, `dup-name.hdls1.${S} A 172.0.0.5`] }],
  ['A', `bogusendpoint.hdls1.${S}`, NXDOMAIN],
  ['A', `bogusendpoint.svc0.${S}`, NXDOMAIN],
  ['A', `hdlsnone.${S}`, NXDOMAIN],
  ['CNAME', `external.${S}`, { answers: [`external.${S} CNAME ext.interwebs.test`] }],
  ['CNAME', `endpoint.external.${S}`, NXDOMAIN],
  ['CNAME', `subdomain.subdomain.external.${S}`, NXDOMAIN],
  ['A', `external-address.${S}`, NXDOMAIN],
  [
    'A',
    `external-to-service.${S}`,
    {
      answers: [`external-to-service.${S} CNAME svc1.${S}`, `svc1.${S} A 10.0.0.1`],
    },
  ],
  ['A', '172-0-0-2.testns.pod.cluster.local', { answers: ['172-0-0-2.testns.pod.cluster.local A 172.0.0.2'] }],
  ['AAAA', '172-0-0-2.testns.pod.cluster.local', NOTHING],
  ['A', '172-0-0-9.testns.pod.cluster.local', NXDOMAIN],
  ['A', '172-0-0-2.empty-ns.pod.cluster.local', NXDOMAIN],
  ['PTR', '1.0.0.10.in-addr.arpa', { answers: [`1.0.0.10.in-addr.arpa PTR svc1.${S}`] }],
  ['PTR', '2.0.0.172.in-addr.arpa', { answers: [`2.0.0.172.in-addr.arpa PTR 172-0-0-2.hdls1.${S}`] }],
  ['PTR', '4.0.0.172.in-addr.arpa', { answers: [`4.0.0.172.in-addr.arpa PTR dup-name.hdls1.${S}`] }],
  // Wildcards were taken out of the specification.
  ['A', `*.${S}`, NXDOMAIN],
  ['A', '*.*.svc.cluster.local', NXDOMAIN],
  ['A', 'svc1.*.svc.cluster.local', NXDOMAIN],
  ['SRV', `_*._*.svc1.${S}`, NXDOMAIN],
  ['SRV', `*.*.svc1.${S}`, NXDOMAIN],
  ['A', 'a.b.c.d.e.svc.cluster.local', NXDOMAIN],
]

/** Each with the reason. */
const ours: readonly (readonly [string, ...Row])[] = [
  [
    'two addresses are one server: CoreDNS halves the weight of the one record',
    'SRV',
    `dual.${S}`,
    {
      answers: [`dual.${S} SRV 0 100 80 dual.${S}`],
      additional: [`dual.${S} A 10.0.0.3`, `dual.${S} AAAA 10::3`],
    },
  ],
  [
    'a port of TCP and UDP is one record, and weights are shares of the records: CoreDNS gives 33 to both',
    'SRV',
    `both.${S}`,
    {
      answers: [`both.${S} SRV 0 50 53 both.${S}`, `both.${S} SRV 0 50 9153 both.${S}`],
      additional: [`both.${S} A 10.0.0.5`],
    },
  ],
  [
    'weights are shares of the records: CoreDNS divides by the addresses',
    'SRV',
    `hdls1.${S}`,
    {
      answers: [
        `hdls1.${S} SRV 0 20 80 172-0-0-2.hdls1.${S}`,
        `hdls1.${S} SRV 0 20 80 172-0-0-3.hdls1.${S}`,
        `hdls1.${S} SRV 0 20 80 dup-name.hdls1.${S}`,
        `hdls1.${S} SRV 0 20 80 5678-abcd--1.hdls1.${S}`,
        `hdls1.${S} SRV 0 20 80 5678-abcd--0.hdls1.${S}`,
      ],
      additional: [
        `172-0-0-2.hdls1.${S} A 172.0.0.2`,
        `172-0-0-3.hdls1.${S} A 172.0.0.3`,
        `dup-name.hdls1.${S} A 172.0.0.4`,
        `dup-name.hdls1.${S} A 172.0.0.5`,
        `5678-abcd--1.hdls1.${S} AAAA 5678:abcd::1`,
        `5678-abcd--0.hdls1.${S} AAAA 5678:abcd::`,
      ],
    },
  ],
  ['an address belongs to the Service’s name', 'A', `_http._tcp.svc1.${S}`, NOTHING],
  [
    'an endpoint has a name below a headless Service, as the specification says: CoreDNS gives it below each',
    'A',
    `172-0-1-1.svc1.${S}`,
    NXDOMAIN,
  ],
  ['what has names below it exists (RFC 8020)', 'SRV', `_tcp.svc1.${S}`, NOTHING],
  ['what has names below it exists (RFC 8020), DNS too', 'A', 'dns.cluster.local', NOTHING],
  [
    'a chain tells its last name’s answer (RFC 6604): CoreDNS leaves the CNAME out, and says NOERROR',
    'A',
    `external-to-nothing.${S}`,
    { rcode: 'NXDOMAIN', answers: [`external-to-nothing.${S} CNAME gone.${S}`] },
  ],
  [
    'a chain tells its last name’s answer: the CNAME, and that there is no such type',
    'AAAA',
    `external-to-service.${S}`,
    { answers: [`external-to-service.${S} CNAME svc1.${S}`] },
  ],
  [
    'the zone’s server is called after no object: CoreDNS calls it kube-dns',
    'NS',
    'cluster.local',
    {
      answers: ['cluster.local NS ns.dns.cluster.local'],
      additional: ['ns.dns.cluster.local A 10.96.0.10', 'ns.dns.cluster.local AAAA fd00:10:96::a'],
    },
  ],
]

const check = ([type, name, { rcode = 'NOERROR', answers = [], additional = [] }]: Row): void => {
  const answer = zone.answer({ name, type: RecordType[type], class: 1 }, () => 0)
  assert.ok(answer, `${name} belongs to the zone`)
  assert.equal(rcodeName(answer.rcode), rcode)
  assert.equal(answer.authoritative, true)
  assert.deepEqual(answer.answers.map(recordLine), answers)
  assert.deepEqual(answer.additional.map(recordLine), additional)
  // A negative answer says for how long it may be remembered.
  const isNegative = rcode !== 'NOERROR' || answers.length === 0 || (type === 'AAAA' && name.startsWith('external'))
  assert.deepEqual(
    answer.authority.map(({ name, ttl, data }) => [name, data.type, ttl, data.type === 'SOA' && data.minimum]),
    isNegative ? [['cluster.local', 'SOA', 5, 5]] : [],
  )
}

for (const row of same) test(`as CoreDNS: ${row[0]} of ${row[1]}`, () => check(row))
for (const [why, ...row] of ours) test(`not as CoreDNS: ${row[0]} of ${row[1]}: ${why}`, () => check(row))
