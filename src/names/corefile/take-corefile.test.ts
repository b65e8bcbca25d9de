import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takeCorefile } from './take-corefile.ts'

/** As kubeadm writes it. */
const KUBEADM = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
`

test('kubeadm’s Corefile is taken whole: what is not said here is where health and metrics are', () => {
  const { left, ...taken } = takeCorefile(KUBEADM)
  assert.deepEqual(taken, {
    stubDomains: {},
    hosts: [],
    domain: 'cluster.local',
    pods: 'insecure',
    ttl: 30,
    resolvConf: '/etc/resolv.conf',
    maxConcurrent: 1000,
    cache: { maxTtl: 30, maxDenialTtl: 30 },
  })
  assert.deepEqual(
    left.map(({ line, text }) => [line, text.split(':')[0]]),
    [
      [3, 'health'],
      [6, 'ready'],
      [12, 'prometheus'],
    ],
  )
})

test('servers of a zone of their own are stub domains, by name or by range; so is a forward of one zone', () => {
  const { stubDomains, servers, policy, left } = takeCorefile(`
    # one for all
    . {
      forward . 192.0.2.1 dns://192.0.2.2:5353 { # two
        policy sequential
      }
      forward Lab.Example. [2001:db8::1]:53
    }
    corp.example:53, dns://eu.example. { errors
      cache 30
      forward . 10.0.0.53 }
    10.1.0.0/16 2001:db8::/32 { forward . 10.0.0.54 }`)
  assert.deepEqual(stubDomains, {
    'lab.example': ['[2001:db8::1]:53'],
    'corp.example': ['10.0.0.53'],
    'eu.example': ['10.0.0.53'],
    '1.10.in-addr.arpa': ['10.0.0.54'],
    '8.b.d.0.1.0.0.2.ip6.arpa': ['10.0.0.54'],
  })
  assert.deepEqual([servers, policy, left], [['192.0.2.1', 'dns://192.0.2.2:5353'], 'sequential', []])
})

test('what is not taken is named by its line, with the reason, and nothing is lost without a word', () => {
  const { left, stubDomains, pods } = takeCorefile(`.:53 {
    kubernetes cluster.local other.local {
      namespaces shop
      fallthrough
      pods some
    }
    rewrite name old.example new.example
    forward . tls://192.0.2.1 192.0.2.2 {
      max_fails 3
      except corp.example
      policy best
    }
    cache 60 {
      success 5000 3600 5
      servfail 10s
      disable success
    }
    template IN A
    loadbalance weighted file
}
(snippet) {
  errors
}
tls://secure.example {
  forward . 192.0.2.3
}
sub.cluster.local {
  forward . 192.0.2.3
}
none.example {
  whoami
  forward . /etc/resolv.conf
}
10.0.0.0/9 {
  forward . 192.0.2.3
}`)
  assert.deepEqual([stubDomains, pods], [{}, 'disabled'])
  assert.deepEqual(
    left.map(({ line }) => line),
    [2, 3, 4, 5, 7, 8, 9, 10, 11, 14, 14, 15, 16, 18, 19, 21, 24, 27, 30, 31, 32, 34],
  )
  const said = (line: number) => left.filter((one) => one.line === line).map(({ text }) => text)
  assert.match(said(8)[0]!, /tls:\/\/192\.0\.2\.1: it is no address of a nameserver for plain DNS/)
  assert.match(said(27)[0]!, /sub\.cluster\.local lies in the cluster's domain/)
  assert.match(said(30)[0]!, /nobody is asked for none\.example/)
  assert.match(said(34)[0]!, /10\.0\.0\.0\/9/)
})

test('hosts are taken from the Corefile, and from a file that stands in its ConfigMap', () => {
  const text = `.:53 {
    hosts /etc/coredns/NodeHosts {
      192.0.2.5 Host.Example.  second.example
      2001:DB8::5 host.example
      ttl 60
      reload 15s
      no_reverse
      fallthrough
    }
  }`
  const { hosts, hostsTtl, left } = takeCorefile(text, { NodeHosts: '# nodes\n172.30.0.2 node-1 # one\n\n' })
  assert.deepEqual(hosts, [
    { address: '172.30.0.2', names: ['node-1'] },
    { address: '192.0.2.5', names: ['host.example', 'second.example'] },
    { address: '2001:db8::5', names: ['host.example'] },
  ])
  assert.deepEqual([hostsTtl, left.map(({ line }) => line)], [60, [7]])
  assert.match(takeCorefile(text).left[0]!.text, /a file in a container of CoreDNS cannot be read/)
})

test('cache: durations as Go writes them, prefetch, and what serves behind its time', () => {
  const taken = (lines: string) => takeCorefile(`. {\ncache ${lines}\n}`).cache
  assert.deepEqual(taken('90s'), { maxTtl: 90, maxDenialTtl: 90 })
  assert.deepEqual(taken(''), { maxTtl: 3600, maxDenialTtl: 1800 })
  assert.deepEqual(taken('1h30m {\ndenial 100 15\nprefetch 5 1m 10%\nserve_stale\n}'), {
    maxTtl: 5400,
    maxDenialTtl: 15,
    prefetchHits: 5,
    staleSeconds: 3600,
  })
  assert.equal(taken('30 {\nserve_stale 2h\n}')?.staleSeconds, 7200)
})

test('what cannot be read is refused, with its line', () => {
  const refused = (text: string, line: number): void => {
    assert.throws(() => takeCorefile(text), { code: 'COREFILE_INVALID', line })
  }
  refused('.:53 {\n errors\n', 1)
  refused('.:53\n errors\n', 1)
  refused('.:53 {\n}\n}', 3)
  refused('.:53 {\n  log "never closed\n}', 2)
  refused('. {\n {\n }\n}', 2)
  assert.deepEqual(takeCorefile('').left, [])
})

test('a text in quotes is one word, of several lines too, and a sign of numbers in a word begins no comment', () => {
  const { left } = takeCorefile('. {\n log "a \\"b\\"\n{" #c\n template a#b\n}')
  assert.deepEqual(
    left.map(({ line, text }) => [line, text]),
    [[4, 'template: this plugin is not there']],
  )
})
