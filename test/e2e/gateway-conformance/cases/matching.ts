import { expectAll } from '../expect.ts'
import { ALL, gateway, httpRoute, INFRA, listener, service, to, WEB } from '../objects.ts'
import { Statuses, serves } from '../statuses.ts'
import type { Cases, Suite } from '../suite.ts'

/** One HTTPRoute of the Gateway `same-namespace`, which is Accepted and whose references are resolved. */
export const onSame = async (
  suite: Suite,
  rules: readonly object[],
  cases: Parameters<typeof expectAll>[2],
  hostnames?: readonly string[],
): Promise<void> => {
  const statuses = new Statuses(suite)
  await suite.apply(httpRoute('conformance', 'same-namespace', rules, hostnames && { hostnames }))
  const at = await statuses.accepted('same-namespace', 'HTTPRoute', 'conformance')
  await statuses.resolved('HTTPRoute', 'same-namespace', 'conformance')
  await expectAll(suite, at, cases)
}

const VERSIONS = [
  to('v1', ['version:one']),
  to('v2', ['version:two']),
  to('v1', ['version:two color:orange']),
  to('v1', ['color:blue', 'color:green']),
  to('v2', ['color:red', 'color:yellow']),
]

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

export const MATCHING: Cases = {
  HTTPRouteSimpleSameNamespace: (suite) => onSame(suite, [to('v1')], ['/ > v1']),

  HTTPRouteExactPathMatching: (suite) =>
    onSame(
      suite,
      [to('v1', ['=/one']), to('v2', ['=/two'])],
      ['/one > v1', '/two > v2', '/ > 404', '/one/example > 404', '/two/ > 404', '/Two > 404'],
    ),

  HTTPRouteHeaderMatching: (suite) =>
    onSame(suite, VERSIONS, [
      '/ Version=one > v1',
      '/ Version=two > v2',
      '/ Version=two Color=orange > v1',
      '/ Version=two Color=blue > v2',
      '/ Color=orange > 404',
      '/ Some-Other-Header=one > 404',
      ...['blue', 'green'].map((color) => `/ Color=${color} > v1`),
      ...['red', 'yellow'].map((color) => `/ Color=${color} > v2`),
      '/ Color=purple > 404',
    ]),

  HTTPRouteMatching: (suite) =>
    onSame(
      suite,
      [to('v1', ['/', 'version:one']), to('v2', ['/v2', 'version:two'])],
      [
        ...['/', '/example', '/ Version=one', '/v2example', '/foo/v2/example'].map((ask) => `${ask} > v1`),
        ...['/v2', '/v2/', '/v2/example', '/ Version=two'].map((ask) => `${ask} > v2`),
      ],
    ),

  async HTTPRouteMatchingAcrossRoutes(suite) {
    const statuses = new Statuses(suite)
    await suite.apply(
      httpRoute('matching-part1', 'same-namespace', [to('v1', ['/', 'version:one'])], {
        hostnames: ['example.com', 'example.net'],
      }),
      httpRoute('matching-part2', 'same-namespace', [to('v2', ['/v2', 'version:two'])], { hostnames: ['example.com'] }),
    )
    const at = await statuses.accepted('same-namespace', 'HTTPRoute', 'matching-part1', 'matching-part2')
    await statuses.resolved('HTTPRoute', 'same-namespace', 'matching-part1', 'matching-part2')
    await expectAll(suite, at, [
      'example.com/ > v1',
      'example.com/example > v1',
      'example.net/example > v1',
      'example.com/example Version=one > v1',
      'example.com/v2 > v2',
      'example.net/v2 > v1',
      'example.com/v2/example > v2',
      'example.com/ Version=two > v2',
    ])
  },

  HTTPRoutePathMatchOrder: (suite) =>
    onSame(
      suite,
      [
        to('v1', ['=/match']),
        to('v2', ['=/match/exact']),
        to('v3', ['=/match/exact/one']),
        to('v3', ['/match/']),
        to('v1', ['/match/prefix/']),
        to('v2', ['/match/prefix/one']),
      ],
      [
        '/match/exact/one > v3',
        '/match/exact > v2',
        '/match > v1',
        '/match/prefix/one/any > v2',
        '/match/prefix/any > v1',
        '/match/any > v3',
      ],
    ),

  HTTPRouteMethodMatching: (suite) =>
    onSame(
      suite,
      [
        to('v1', ['POST']),
        to('v2', ['GET']),
        to('v1', ['/path1 GET']),
        to('v2', ['version:one PUT']),
        to('v3', ['/path2 version:two POST']),
        to('v1', ['/path3 PATCH', '/path4 version:three DELETE']),
        to('v1', ['/path5']),
        to('v2', ['PATCH']),
        to('v3', ['version:four']),
      ],
      [
        'POST / > v1',
        'GET / > v2',
        'HEAD / > 404',
        'GET /path1 > v1',
        'PUT / version=one > v2',
        'POST /path2 version=two > v3',
        'PATCH /path3 > v1',
        'DELETE /path4 version=three > v1',
        'PUT / > 404',
        'DELETE /path4 > 404',
        'PATCH /path5 > v1',
        'PATCH / version=four > v2',
      ],
    ),

  HTTPRouteQueryParamMatching: (suite) =>
    onSame(
      suite,
      [
        to('v1', ['?animal=whale']),
        to('v2', ['?animal=dolphin']),
        to('v3', ['?animal=dolphin ?color=blue', '?ANIMAL=Whale']),
        to('v1', ['/path1 ?animal=whale']),
        to('v2', ['version:one ?animal=whale']),
        to('v3', ['/path2 version:two ?animal=whale']),
        to('v1', ['/path3 ?animal=shark', '/path4 version:three ?animal=kraken']),
        to('v1', ['/path5']),
        to('v2', ['?animal=hydra']),
        to('v3', ['version:four']),
      ],
      [
        '/?animal=whale > v1',
        '/?animal=dolphin > v2',
        '/?animal=dolphin&color=blue > v3',
        '/?ANIMAL=Whale > v3',
        '/?animal=whale&otherparam=irrelevant > v1',
        '/?animal=dolphin&color=yellow > v2',
        '/?color=blue > 404',
        '/?animal=dog > 404',
        '/?animal=whaledolphin > 404',
        '/ > 404',
        '/path1?animal=whale > v1',
        '/?animal=whale version=one > v2',
        '/path2?animal=whale version=two > v3',
        '/path3?animal=shark > v1',
        '/path4?animal=kraken version=three > v1',
        '/?animal=shark > 404',
        '/path4?animal=kraken > 404',
        '/path5?animal=hydra > v1',
        '/?animal=hydra version=four > v3',
      ],
    ),

  HTTPRouteNamedRule: (suite) =>
    onSame(
      suite,
      [to('v1', ['/named'], { name: 'named-rule' }), to('v2', ['/unnamed'])],
      ['/named > v1', '/unnamed > v2'],
    ),

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

  async HTTPRouteCrossNamespace(suite) {
    const statuses = new Statuses(suite)
    await suite.apply(httpRoute('cross-namespace', 'backend-namespaces', [to('web-backend:8080')], { namespace: WEB }))
    const at = await statuses.accepted('backend-namespaces', 'HTTPRoute', `${WEB}/cross-namespace`)
    await statuses.resolved('HTTPRoute', 'backend-namespaces', `${WEB}/cross-namespace`)
    await expectAll(suite, at, [`/ > web-backend@${WEB}`])
  },

  async HTTPRouteObservedGenerationBump(suite) {
    const statuses = new Statuses(suite)
    await suite.apply(httpRoute('observed-generation-bump', 'same-namespace', [to('v1')]))
    await statuses.ready()
    const before = await statuses.latest('HTTPRoute', 'observed-generation-bump')
    await suite.merge('HTTPRoute', 'observed-generation-bump', { spec: { rules: [to('v2')] } }, INFRA)
    await statuses.forGateway('HTTPRoute', 'observed-generation-bump', 'same-namespace', ['Accepted=True'])
    await statuses.resolved('HTTPRoute', 'same-namespace', 'observed-generation-bump')
    const after = await statuses.latest('HTTPRoute', 'observed-generation-bump')
    suite.assert.notEqual(before.metadata?.generation, after.metadata?.generation)
  },

  async HTTPRouteServiceTypes(suite) {
    const statuses = new Statuses(suite)
    const manual = ['manual-endpointslices', 'headless-manual-endpointslices']
    const names = [...manual, 'headless']
    const slice = (name: string, addressType: string, addresses: readonly string[]) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${name}-${addressType.toLowerCase()}`,
        namespace: INFRA,
        labels: { 'kubernetes.io/service-name': name },
      },
      addressType,
      ports: [{ name: 'first-port', port: 3000, protocol: 'TCP' }],
      endpoints: addresses.map((address) => ({
        addresses: [address],
        conditions: { ready: true, serving: true, terminating: false },
      })),
    })
    const pods = (await suite.list('Pod', INFRA)).filter(
      ({ metadata }) => metadata?.labels?.app === 'infra-backend-v1' && !metadata.deletionTimestamp,
    )
    const ips = pods.flatMap(({ status }) => status.podIPs.map(({ ip }: { readonly ip: string }) => ip)) as string[]
    await suite.apply(
      httpRoute(
        'service-types',
        'same-namespace',
        names.map((name) => to(`${name}:8080`, [`=/${name}`])),
      ),
      service(manual[0]!, undefined, 'first-port=8080>3000'),
      service(manual[1]!, undefined, 'first-port=8080>3000', INFRA, { clusterIP: 'None' }),
      service('headless', 'infra-backend-v1', 'first-port=8080>3000', INFRA, { clusterIP: 'None' }),
      ...manual.flatMap((name) => [
        slice(
          name,
          'IPv4',
          ips.filter((ip) => !ip.includes(':')),
        ),
        slice(
          name,
          'IPv6',
          ips.filter((ip) => ip.includes(':')),
        ),
      ]),
    )
    const at = await statuses.accepted('same-namespace', 'HTTPRoute', 'service-types')
    await statuses.resolved('HTTPRoute', 'same-namespace', 'service-types')
    await expectAll(
      suite,
      at,
      names.map((name) => `/${name} > v1`),
    )
  },
}
