import { expectAll } from '../expect.ts'
import { ALL, gateway, httpRoute, INFRA, listener, to } from '../objects.ts'
import { Statuses, serves } from '../statuses.ts'
import type { Cases } from '../suite.ts'

const isolation = (suffix: string, hostnames?: readonly string[]) => {
  const hosts = ['', '*.example.com', '*.foo.example.com', 'abc.foo.example.com']
  const names = ['empty-hostname', 'wildcard-example-com', 'wildcard-foo-example-com', 'abc-foo-example-com']
  const own = `http-listener-isolation${suffix}`
  return [
    gateway(
      own,
      names.map((name, at) => listener(name, 80, { ...ALL, ...(hosts[at] && { hostname: hosts[at] }) })),
    ),
    ...names.map((name) =>
      httpRoute(`attaches-to-${name}${suffix}`, `${own}#${name}`, [to('v1', [`/${name}`])], hostnames && { hostnames }),
    ),
  ]
}

export const HOSTNAMES: Cases = {
  async HTTPRouteHostnameIntersection(suite) {
    const statuses = new Statuses(suite)
    const own = 'httproute-hostname-intersection'
    const all = `${own}-all`
    const routes: Readonly<Record<string, readonly [string, readonly string[]]>> = {
      s1: ['v1', ['non.matching.com', '*.nonmatchingwildcard.io', 'very.specific.com']],
      s2: ['v2', ['non.matching.com', 'wildcard.io', 'foo.wildcard.io', 'bar.wildcard.io', 'foo.bar.wildcard.io']],
      s3: ['v3', ['non.matching.com', '*.specific.com']],
      s4: ['v1', ['*.anotherwildcard.io']],
      s5: ['v2', ['specific.but.wrong.com', 'wildcard.io']],
    }
    await suite.apply(
      gateway(own, [
        listener('listener-1', 80, { hostname: 'very.specific.com' }),
        listener('listener-2', 80, { hostname: '*.wildcard.io' }),
        listener('listener-3', 80, { hostname: '*.anotherwildcard.io' }),
      ]),
      gateway(all, [listener('listener-1', 80)]),
      ...Object.entries(routes).map(([name, [backend, hostnames]]) =>
        httpRoute(name, own, [to(backend, [`/${name}`])], { hostnames }),
      ),
      httpRoute(all, all, [to('v2')], { hostnames: ['first.com', 'sub.first.com', 'second.com', 'sub.second.com'] }),
    )
    await statuses.ready()
    const attached = ['s1', 's2', 's3', 's4']
    const at = await statuses.accepted(own, 'HTTPRoute', ...attached)
    await statuses.resolved('HTTPRoute', own, ...attached)
    await expectAll(
      suite,
      at,
      [
        'very.specific.com/s1 > v1',
        'very.specific.com:1234/s1 > v1',
        ...['foo.wildcard.io', 'bar.wildcard.io', 'foo.bar.wildcard.io'].map((host) => `${host}/s2 > v2`),
        'very.specific.com/s3 > v3',
        ...['foo', 'bar', 'foo.bar'].map((label) => `${label}.anotherwildcard.io/s4 > v1`),
        ...['non.matching.com/s1', 'foo.nonmatchingwildcard.io/s1', 'foo.wildcard.io/s1', 'very.specific.com/none'],
        ...['non.matching.com/s2', 'wildcard.io/s2', 'very.specific.com/s2', 'foo.wildcard.io/none'],
        ...['non.matching.com/s3', 'foo.specific.com/s3', 'foo.wildcard.io/s3'],
        ...['anotherwildcard.io/s4', 'foo.wildcard.io/s4', 'very.specific.com/s4', 'foo.anotherwildcard.io/none'],
      ].map((line) => (line.includes(' > ') ? line : `${line} > 404`)),
    )
    await statuses.parents('HTTPRoute', 's5', INFRA, 'Gateway', own, ['Accepted=False:NoMatchingListenerHostname'])
    await expectAll(suite, at, ['specific.but.wrong.com/s5 > 404', 'wildcard.io/s5 > 404'])
    await statuses.listeners(own, [serves('listener-1', 2), serves('listener-2', 1), serves('listener-3', 1)])
    const open = await statuses.accepted(all, 'HTTPRoute', all)
    await statuses.resolved('HTTPRoute', all, all)
    await expectAll(suite, open, [
      ...['first.com', 'sub.first.com', 'second.com', 'sub.second.com'].map((host) => `${host}/ > v2`),
      ...['third.com', 'sub.third.com'].map((host) => `${host}/ > 404`),
    ])
  },

  async HTTPRouteListenerHostnameMatching(suite) {
    const statuses = new Statuses(suite)
    const own = 'httproute-listener-hostname-matching'
    const hosts = ['bar.com', 'foo.bar.com', '*.bar.com', '*.foo.com']
    await suite.apply(
      gateway(
        own,
        hosts.map((hostname, at) => listener(`listener-${at + 1}`, 80, { hostname })),
      ),
      httpRoute('backend-v1', `${own}#listener-1`, [to('v1')]),
      httpRoute('backend-v2', `${own}#listener-2`, [to('v2')]),
      httpRoute('backend-v3', `${own}#listener-3 ${own}#listener-4`, [to('v3')]),
    )
    await statuses.ready()
    await statuses.accepted(`${own}#listener-1`, 'HTTPRoute', 'backend-v1')
    await statuses.accepted(`${own}#listener-2`, 'HTTPRoute', 'backend-v2')
    const at = await statuses.accepted(`${own}#listener-3,listener-4`, 'HTTPRoute', 'backend-v3')
    await statuses.resolved('HTTPRoute', own, 'backend-v1', 'backend-v2', 'backend-v3')
    await expectAll(suite, at, [
      'bar.com/ > v1',
      'foo.bar.com/ > v2',
      ...['baz.bar.com', 'boo.bar.com', 'multiple.prefixes.bar.com', 'multiple.prefixes.foo.com'].map(
        (host) => `${host}/ > v3`,
      ),
      'foo.com/ > 404',
      'no.matching.host/ > 404',
    ])
  },

  async HTTPRouteListenerPortMatching(suite) {
    const statuses = new Statuses(suite)
    const own = 'httproute-listener-port-matching'
    const places = [
      ['foo.com', 80],
      ['foo.com', 8080],
      ['bar.com', 8080],
      ['foo.com', 8090],
      ['bar.com', 8090],
    ] as const
    await suite.apply(
      gateway(
        own,
        places.map(([hostname, port], at) => listener(`listener-${at + 1}`, port, { hostname })),
      ),
      httpRoute('backend-v1', `${own}:80`, [to('v1')]),
      httpRoute('backend-v2', `${own}:8080`, [to('v2')]),
      httpRoute('backend-v3', `${own}#listener-4:8090`, [to('v3')]),
    )
    await statuses.ready()
    const at80 = await statuses.accepted(`${own}#listener-1`, 'HTTPRoute', 'backend-v1')
    const at8080 = await statuses.accepted(`${own}#listener-2`, 'HTTPRoute', 'backend-v2')
    const at8090 = await statuses.accepted(`${own}#listener-4`, 'HTTPRoute', 'backend-v3')
    await statuses.resolved('HTTPRoute', own, 'backend-v1', 'backend-v2', 'backend-v3')
    await expectAll(suite, at80, ['foo.com/ > v1'])
    await expectAll(suite, at8080, ['foo.com:8080/ > v2', 'bar.com:8080/ > v2'])
    await expectAll(suite, at8090, ['foo.com:8090/ > v3', 'bar.com:8090/ > 404'])
  },

  async GatewayHTTPListenerIsolation(suite) {
    const statuses = new Statuses(suite)
    const names = ['empty-hostname', 'wildcard-example-com', 'wildcard-foo-example-com', 'abc-foo-example-com']
    const hosts = ['bar.com', 'bar.example.com', 'bar.foo.example.com', 'abc.foo.example.com']
    const suffix = '-with-hostname-intersection'
    const intersecting = ['bar.com', '*.example.com', '*.foo.example.com', 'abc.foo.example.com']
    await suite.apply(...isolation(''), ...isolation(suffix, intersecting))
    await statuses.ready()
    for (const own of ['', suffix]) {
      const routes = names.map((name) => `attaches-to-${name}${own}`)
      const at = await statuses.accepted(`http-listener-isolation${own}`, 'HTTPRoute', ...routes)
      await statuses.resolved('HTTPRoute', `http-listener-isolation${own}`, ...routes)
      await expectAll(
        suite,
        at,
        hosts.flatMap((host, mine) => names.map((name, other) => `${host}/${name} > ${mine === other ? 'v1' : 404}`)),
      )
    }
  },
}
