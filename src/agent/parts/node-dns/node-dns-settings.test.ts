import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takeCorefile } from '#names/corefile/take-corefile.ts'
import { nodeDnsPort, nodeDnsSettings } from './node-dns-settings.ts'

const settings = (given: Partial<Parameters<typeof nodeDnsSettings>[0]> = {}) =>
  nodeDnsSettings({
    options: {},
    corefile: undefined,
    nameservers: ['192.0.2.1'],
    domain: 'cluster.local',
    dnsAddresses: ['10.96.0.10', 'fd00:10:96::a'],
    looping: new Set(),
    ...given,
  })

test('without options and Corefile the machine’s nameservers are asked, and answers are kept for 30 s', () => {
  assert.deepEqual(settings(), {
    beside: {
      outside: {
        servers: ['192.0.2.1'],
        stubDomains: {},
        cache: { maxTtl: 30, maxDenialTtl: 30, staleSeconds: 0 },
      },
      hosts: [],
      hostsTtl: 3600,
    },
    pods: 'verified',
    ttl: 5,
    refused: [],
  })
})

test('a Corefile goes before what is usual, and options before the Corefile', () => {
  const corefile = takeCorefile(`. {
    kubernetes cluster.local {
      pods insecure
      ttl 30
    }
    forward . 192.0.2.2 {
      policy sequential
      max_concurrent 7
    }
    cache 60 {
      serve_stale
    }
  }
  corp.example {
    forward . 192.0.2.3
  }`)
  const { beside, pods, ttl } = settings({ corefile })
  assert.deepEqual([pods, ttl, beside.outside?.servers], ['insecure', 30, ['192.0.2.2']])
  assert.deepEqual(beside.outside?.stubDomains, { 'corp.example': ['192.0.2.3'] })
  assert.deepEqual(
    [beside.outside?.policy, beside.outside?.maxConcurrent, beside.outside?.cache],
    ['sequential', 7, { maxTtl: 60, maxDenialTtl: 60, staleSeconds: 3600 }],
  )
  const other = settings({
    corefile,
    options: {
      servers: ['192.0.2.9'],
      stubDomains: { 'Corp.Example.': ['192.0.2.8'] },
      policy: 'random',
      maxTtl: 10,
      serveStaleSeconds: 0,
      cacheBytes: 1 << 20,
      pods: 'disabled',
      ttl: 1,
    },
  })
  assert.deepEqual(
    [other.pods, other.ttl, other.beside.outside],
    [
      'disabled',
      1,
      {
        servers: ['192.0.2.9'],
        stubDomains: { 'corp.example': ['192.0.2.8'] },
        policy: 'random',
        maxConcurrent: 7,
        prefetchHits: undefined,
        cache: { maxTtl: 10, maxDenialTtl: 10, staleSeconds: 0, bytes: 1 << 20 },
      },
    ].map((one) => (typeof one === 'object' ? JSON.parse(JSON.stringify(one)) : one)),
  )
})

test('who leads back to us is not asked, and is named; so is what is no nameserver, and a stub domain of the cluster', () => {
  const { beside, refused } = settings({
    nameservers: ['10.96.0.10', 'fd00:10:96::a', '192.0.2.1', '192.0.2.2', '10.96.0.10:5353'],
    looping: new Set(['192.0.2.2:53']),
    options: { stubDomains: { 'sub.cluster.local': ['192.0.2.3'], 'corp.example': ['ns.corp.example'] } },
  })
  assert.deepEqual(beside.outside?.servers, ['192.0.2.1', '10.96.0.10:5353'])
  assert.deepEqual(beside.outside?.stubDomains, { 'corp.example': [] })
  assert.deepEqual(
    refused.map((text) => text.slice(0, 44)),
    [
      'stub domain sub.cluster.local lies in cluste',
      'stub domain corp.example: ns.corp.example is',
      'nameservers: 10.96.0.10 leads back to this s',
      'nameservers: fd00:10:96::a leads back to thi',
      'nameservers: 192.0.2.2 leads back to this se',
    ],
  )
})

test('a Corefile of another domain is named', () => {
  const corefile = takeCorefile('. {\n kubernetes other.local\n}')
  assert.match(
    settings({ corefile }).refused.join(),
    /the Corefile's cluster domain is other\.local, and this agent's is cluster\.local/,
  )
})

test('the server has a port of its own, and 53 where policies are kept that name it', () => {
  assert.deepEqual(
    [
      nodeDnsPort({}, ['dns', 'services']),
      nodeDnsPort({}, ['policies', 'dns']),
      nodeDnsPort({ port: 5300 }, ['policies']),
    ],
    [10_053, 53, 5300],
  )
})
