import { expectAll } from '../expect.ts'
import {
  ALL,
  certificate,
  gateway,
  grant,
  httpRoute,
  INFRA,
  listener,
  listenerSet,
  namespace,
  to,
  WEB,
} from '../objects.ts'
import { GOOD, Statuses } from '../statuses.ts'
import type { Cases, Suite } from '../suite.ts'

const at80 = (name: string, more: Readonly<Record<string, unknown>> = {}) =>
  listener(name, 80, { hostname: `${name}.com`, ...ALL, ...more })
const allowing = (from: string, selector?: object) => ({
  allowedListeners: { namespaces: { from, ...(selector && { selector }) } },
})
const ACCEPTED = ['Accepted=True:Accepted', 'Programmed=True:Programmed']
const NOT_ALLOWED = ['Accepted=False:NotAllowed', 'Programmed=False:NotAllowed']
const NOT_VALID = ['Accepted=False:ListenersNotValid', 'Programmed=False:ListenersNotValid']
const BY_LABEL = { matchLabels: { allowed: 'ns' } }

/** A Gateway and its ListenerSets, `NAMESPACE/NAME` with what becomes of each. */
const attaches = async (suite: Suite, more: object, sets: Readonly<Record<string, boolean>>) => {
  const statuses = new Statuses(suite)
  await suite.apply(gateway('with-sets', [at80('gateway-listener')], { ...more }))
  for (const place of Object.keys(sets)) {
    const [space, name] = place.split('/') as [string, string]
    if (space !== INFRA) await suite.apply(namespace(space, sets[place] ? { allowed: 'ns' } : {}))
    await suite.apply(listenerSet(name, 'with-sets', [at80(`${name}-listener`)], space))
  }
  await statuses.ready()
  await statuses.has('Gateway', 'with-sets', ['Accepted=True'])
  await statuses.sets('with-sets', Object.values(sets).filter(Boolean).length)
  for (const [place, isAllowed] of Object.entries(sets)) {
    const [space, name] = place.split('/') as [string, string]
    await statuses.has('ListenerSet', name, isAllowed ? ACCEPTED : NOT_ALLOWED, space)
    if (isAllowed) await statuses.listener(name, `${name}-listener`, GOOD, 'ListenerSet', space)
  }
}

/** Who was first has what two want: Gateways before ListenerSets, those by age and name. */
const conflicts = async (suite: Suite, word: string, reason: string, other: Readonly<Record<string, unknown>>) => {
  const statuses = new Statuses(suite)
  const withGateway = `${word}-with-gateway`
  const withSet = `${word}-with-set`
  const taken = (name: string) =>
    listener(name, 80, { ...ALL, ...other, ...(other.protocol === 'TCP' ? {} : { hostname: `${name}.com` }) })
  await suite.apply(
    gateway('contended', [at80('gateway-listener'), at80(withGateway)], allowing('Same')),
    listenerSet('first-of-gateway', 'contended', [at80('first-listener'), taken(withGateway), at80(withSet)]),
    listenerSet('second-of-gateway', 'contended', [taken(withGateway)]),
    listenerSet('third-of-set', 'contended', [at80('third-listener'), taken(withSet)]),
    listenerSet('zeroth-of-set', 'contended', [taken(withSet)]),
  )
  await statuses.ready()
  await statuses.has('Gateway', 'contended', ['Accepted=True'])
  await statuses.listener('contended', 'gateway-listener', GOOD)
  await statuses.listener('contended', withGateway, GOOD)
  await statuses.sets('contended', 2)
  const lost = [`Accepted=False:${reason}`, `Programmed=False:${reason}`, `Conflicted=True:${reason}`]
  const set = (name: string, conditions: readonly string[]) => statuses.has('ListenerSet', name, conditions)
  const of = (name: string, one: string, conditions: readonly string[]) =>
    statuses.listener(name, one, conditions, 'ListenerSet')
  await set('first-of-gateway', ['Accepted=True', 'Programmed=True:Programmed'])
  await of('first-of-gateway', 'first-listener', GOOD)
  await of('first-of-gateway', withGateway, lost)
  await of('first-of-gateway', withSet, GOOD)
  await set('second-of-gateway', NOT_VALID)
  await of('second-of-gateway', withGateway, lost)
  await set('third-of-set', ['Accepted=True', 'Programmed=True:Programmed'])
  await of('third-of-set', 'third-listener', GOOD)
  await of('third-of-set', withSet, lost)
  await set('zeroth-of-set', NOT_VALID)
  await of('zeroth-of-set', withSet, lost)
}

const KINDS = ['HTTPRoute', 'GRPCRoute']
const attached = (name: string, count: number) => ({ name, attached: count, kinds: KINDS, conditions: GOOD })

export const LISTENER_SETS: Cases = {
  ListenerSetAllowedNamespaceNone: (suite) => attaches(suite, allowing('None'), { [`${INFRA}/not-allowed`]: false }),
  ListenerSetDefaultNotAllowed: (suite) => attaches(suite, {}, { [`${INFRA}/not-allowed`]: false }),
  ListenerSetAllowedNamespaceSame: (suite) =>
    attaches(suite, allowing('Same'), { [`${INFRA}/same`]: true, 'sets-not-allowed-ns/different': false }),
  ListenerSetAllowedNamespaceSelector: (suite) =>
    attaches(suite, allowing('Selector', BY_LABEL), {
      'sets-allowed-ns/selected': true,
      'sets-other-ns/not-selected': false,
    }),

  ListenerSetHostnameConflict: (suite) => conflicts(suite, 'hostname-conflict', 'HostnameConflict', {}),
  ListenerSetProtocolConflict: (suite) =>
    conflicts(suite, 'protocol-conflict', 'ProtocolConflict', { protocol: 'TCP' }),

  async ListenerSetAllowedRoutesNamespaces(suite) {
    const statuses = new Statuses(suite)
    const [own, set] = ['with-sets-of-routes', 'set-of-routes']
    const [allowed, other] = ['routes-allowed-ns', 'routes-not-allowed-ns']
    const from = (namespaces: object) => ({ allowedRoutes: { namespaces } })
    const route = (name: string, backend: string, space: string) =>
      httpRoute(
        name,
        `ListenerSet/${set}`,
        [to(space === INFRA ? backend : `${INFRA}/infra-backend-${backend}:8080`, [`/${name}`])],
        {
          namespace: space,
        },
      )
    await suite.apply(
      gateway(own, [at80('gateway-listener')], allowing('All')),
      listenerSet(set, own, [
        at80('routes-all'),
        at80('routes-same', from({ from: 'Same' })),
        at80('routes-selector', from({ from: 'Selector', selector: BY_LABEL })),
      ]),
      namespace(allowed, { allowed: 'ns' }),
      namespace(other),
      route('same', 'v1', INFRA),
      route('selected', 'v2', allowed),
      route('not-selected', 'v3', other),
      ...[allowed, other].map((space) => grant(`from-${space}`, INFRA, `HTTPRoute ${space}`, 'Service')),
    )
    await statuses.ready()
    const at = await statuses.address(own, 'gateway-listener')
    await statuses.sets(own, 1)
    await statuses.accepted(`ListenerSet/${set}`, 'HTTPRoute', 'same', `${allowed}/selected`, `${other}/not-selected`)
    await statuses.listeners(
      set,
      [attached('routes-all', 3), attached('routes-same', 1), attached('routes-selector', 1)],
      'ListenerSet',
    )
    await expectAll(suite, at, [
      'routes-all.com/same > v1',
      'routes-all.com/selected > v2',
      'routes-all.com/not-selected > v3',
      'routes-same.com/same > v1',
      'routes-same.com/selected > 404',
      'routes-same.com/not-selected > 404',
      'routes-selector.com/same > 404',
      'routes-selector.com/selected > v2',
      'routes-selector.com/not-selected > 404',
    ])
  },

  async ListenerSetAllowedRoutesSupportedKinds(suite) {
    const statuses = new Statuses(suite)
    const sealed = listener('tls-only', 443, {
      protocol: 'TLS',
      hostname: 'tls-only.com',
      tls: { mode: 'Passthrough' },
      allowedRoutes: { ...ALL.allowedRoutes, kinds: [{ kind: 'HTTPRoute' }] },
    })
    await suite.apply(
      gateway('with-set-of-kinds', [at80('gateway-listener')], allowing('All')),
      listenerSet('set-of-kinds', 'with-set-of-kinds', [sealed]),
    )
    await statuses.ready()
    await statuses.has('Gateway', 'with-set-of-kinds', ['Accepted=True'])
    await statuses.listener('set-of-kinds', 'tls-only', ['ResolvedRefs=False:InvalidRouteKinds'], 'ListenerSet')
  },

  async ListenerSetHTTPRouting(suite) {
    const statuses = new Statuses(suite)
    const own = 'with-sets-of-http'
    const sets = ['set-1', 'set-2']
    const places = ['gateway-1', 'gateway-2', ...sets.flatMap((set) => [`${set}-1`, `${set}-2`])]
    await suite.apply(
      gateway(own, [at80('gateway-1'), at80('gateway-2')], allowing('All')),
      ...sets.map((set) => listenerSet(set, own, [at80(`${set}-1`), at80(`${set}-2`)])),
      httpRoute('of-all', `${own} ListenerSet/set-1 ListenerSet/set-2`, [to('v1', ['/of-all'])]),
      httpRoute('of-gateway', own, [to('v2', ['/of-gateway'])]),
      httpRoute('of-section', `${own}#gateway-1`, [to('v3', ['/of-section'])]),
      httpRoute('of-set-1', 'ListenerSet/set-1', [to('v2', ['/of-set-1'])]),
      httpRoute('of-set-section', 'ListenerSet/set-1#set-1-1', [to('v3', ['/of-set-section'])]),
      httpRoute('of-set-2', 'ListenerSet/set-2', [to('v2', ['/of-set-2'])]),
    )
    await statuses.ready()
    const at = await statuses.accepted(own, 'HTTPRoute', 'of-all', 'of-gateway', 'of-section')
    await statuses.sets(own, 2)
    await statuses.accepted('ListenerSet/set-1', 'HTTPRoute', 'of-all', 'of-set-1', 'of-set-section')
    await statuses.listeners('set-1', [attached('set-1-1', 3), attached('set-1-2', 2)], 'ListenerSet')
    await statuses.accepted('ListenerSet/set-2', 'HTTPRoute', 'of-all', 'of-set-2')
    await statuses.listeners('set-2', [attached('set-2-1', 2), attached('set-2-2', 2)], 'ListenerSet')
    const served: Readonly<Record<string, readonly [string, readonly string[]]>> = {
      'of-all': ['v1', places],
      'of-gateway': ['v2', ['gateway-1', 'gateway-2']],
      'of-section': ['v3', ['gateway-1']],
      'of-set-1': ['v2', ['set-1-1', 'set-1-2']],
      'of-set-section': ['v3', ['set-1-1']],
      'of-set-2': ['v2', ['set-2-1', 'set-2-2']],
    }
    for (const [path, [backend, here]] of Object.entries(served))
      await expectAll(
        suite,
        at,
        places.map((place) => `${place}.com/${path} > ${here.includes(place) ? backend : 404}`),
      )
  },

  async ListenerSetReferenceGrant(suite) {
    const statuses = new Statuses(suite)
    const own = 'with-sets-of-grants'
    const foreign = (name: string) =>
      listener(name, 443, {
        ...ALL,
        protocol: 'HTTPS',
        hostname: `${name}.com`,
        tls: certificate(`${WEB}/certificate`),
      })
    await suite.apply(
      gateway(own, [foreign('gateway-listener')], allowing('All')),
      grant('for-gateway', WEB, `Gateway ${INFRA}`, 'Secret'),
      listenerSet('with-grant', own, [foreign('with-grant-listener')]),
      grant('for-set', WEB, `ListenerSet ${INFRA}`, 'Secret'),
      namespace('sets-without-grant-ns'),
      listenerSet('without-grant', own, [foreign('without-grant-listener')], 'sets-without-grant-ns'),
    )
    await statuses.ready()
    await statuses.has('Gateway', own, ['Accepted=True'])
    await statuses.has('ListenerSet', 'with-grant', ['Accepted=True', 'Programmed=True'])
    await statuses.listener('with-grant', 'with-grant-listener', ['ResolvedRefs=True'], 'ListenerSet')
    await statuses.has('ListenerSet', 'without-grant', NOT_VALID, 'sets-without-grant-ns')
    await statuses.listener(
      'without-grant',
      'without-grant-listener',
      ['ResolvedRefs=False:RefNotPermitted'],
      'ListenerSet',
      'sets-without-grant-ns',
    )
  },
}
