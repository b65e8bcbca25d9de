import { expectAll } from '../expect.ts'
import { httpRoute, to } from '../objects.ts'
import { Statuses } from '../statuses.ts'
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
}
