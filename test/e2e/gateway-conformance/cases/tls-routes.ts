import type { Certificates } from '../base.ts'
import { consistently, expectAll } from '../expect.ts'
import { APP, certificate, gateway, https, INFRA, listener, onlyKinds, passthrough, route } from '../objects.ts'
import type { Address, Tls } from '../round-trip.ts'
import { type Listener, Statuses } from '../statuses.ts'
import type { Cases, Suite } from '../suite.ts'
import { refusal, told } from '../talk.ts'
import { wrongGrants } from './references.ts'

const TLS_ONLY = onlyKinds('TLSRoute')
const to = (name: string, port: number, more: object = {}): object => ({ backendRefs: [{ name, port, ...more }] })
const tlsRoute = (name: string, parents: string, rule: object, hostnames: readonly string[]) =>
  route('TLSRoute', name, parents, [rule], { hostnames })
const terminating = (hostname: string, port: number): object =>
  listener('tls-terminate', port, {
    protocol: 'TLS',
    hostname,
    tls: { mode: 'Terminate', ...certificate('tls-terminate-checks-certificate') },
    ...TLS_ONLY,
  })

const refuses = (at: Address, name: string): Promise<void> =>
  consistently(
    `a connection to ${name}`,
    async () => {
      const end = await refusal(at, name)
      return end === 'refused' ? undefined : end
    },
    1,
  )

/** The backend of lines answers, and says whether it was TLS that arrived. */
const talks = (suite: Suite, at: Address, tls: Tls, arrivesSealed: boolean): Promise<void> =>
  consistently(
    `lines to ${tls.name}`,
    async () => {
      const one = await told(at, tls)
      suite.assert.deepEqual(
        [one.namespace, one.pod.startsWith('tcp-backend-'), one.isTLS, one.tls?.serverName],
        [INFRA, true, arrivesSealed, arrivesSealed ? tls.name : undefined],
      )
      return undefined
    },
    1,
  )

/** A reference that leads nowhere: the route is Accepted, and connections are refused. */
const leadsNowhere = async (suite: Suite, rule: object, reason: string) => {
  const statuses = new Statuses(suite)
  await suite.apply(
    gateway('leads-nowhere', [passthrough('tls')]),
    tlsRoute('leads-nowhere', 'leads-nowhere', rule, ['example.com']),
  )
  await statuses.ready()
  const at = await statuses.accepted('leads-nowhere', 'TLSRoute', 'leads-nowhere')
  await statuses.forGateway('TLSRoute', 'leads-nowhere', 'leads-nowhere', [`ResolvedRefs=False:${reason}`])
  await refuses(at, 'example.com')
}

const kindsOf = async (suite: Suite, name: string, one: object, expected: Listener) => {
  await suite.apply(gateway(name, [one]))
  await new Statuses(suite).listeners(name, [expected])
}

export const tlsRoutes = (certificates: () => Certificates): Cases => {
  const trust = (name: string) => certificates()[name]!.certificate
  return {
    async TLSRouteSimpleSameNamespace(suite) {
      const statuses = new Statuses(suite)
      await suite.apply(
        tlsRoute('simple', 'gateway-tlsroute', to('tcp-backend', 8443), ['abc.example.com']),
        gateway('gateway-tlsroute', [passthrough('https', { hostname: '*.example.com', ...TLS_ONLY })]),
      )
      await statuses.ready()
      const at = await statuses.accepted('gateway-tlsroute', 'TLSRoute', 'simple')
      await talks(suite, at, { name: 'abc.example.com', trust: trust('tls-passthrough-checks-certificate') }, true)
    },

    async TLSRouteTerminateSimpleSameNamespace(suite) {
      const statuses = new Statuses(suite)
      await suite.apply(
        tlsRoute('terminated', 'gateway-tlsroute-terminate', to('tcp-backend', 3000), ['tls.example.com']),
        gateway('gateway-tlsroute-terminate', [terminating('tls.example.com', 8443)]),
      )
      await statuses.ready()
      const at = await statuses.accepted('gateway-tlsroute-terminate', 'TLSRoute', 'terminated')
      await talks(suite, at, { name: 'tls.example.com', trust: trust('tls-checks-ca-certificate') }, false)
    },

    async TLSRouteMixedTerminationSameNamespace(suite) {
      const statuses = new Statuses(suite)
      const own = 'gateway-tlsroute-mixed-termination'
      const sealed = passthrough('tls-passthrough', { hostname: 'abc.example.com', ...TLS_ONLY, port: 8883 })
      await suite.apply(
        gateway(own, [terminating('tls.example.com', 8883), sealed]),
        tlsRoute('mixed-passthrough', own, to('tcp-backend', 8443), ['abc.example.com']),
        tlsRoute('mixed-terminate', own, to('tcp-backend', 3000), ['tls.example.com']),
      )
      await statuses.ready()
      const at = await statuses.accepted(own, 'TLSRoute', 'mixed-passthrough', 'mixed-terminate')
      await statuses.listeners(
        own,
        ['tls-terminate', 'tls-passthrough'].map((name) => ({
          name,
          kinds: ['TLSRoute'],
          attached: 1,
          conditions: ['Accepted=True:Accepted'],
        })),
      )
      await talks(suite, at, { name: 'tls.example.com', trust: trust('tls-checks-ca-certificate') }, false)
      await talks(suite, at, { name: 'abc.example.com', trust: trust('tls-passthrough-checks-certificate') }, true)
    },

    async TLSRouteHostnameIntersection(suite) {
      const statuses = new Statuses(suite)
      /** A listener's hostname, then the hostnames of routes to both backends, then who is refused. */
      const places: readonly (readonly [string, string, string, string])[] = [
        ['abc.example.com', '*.example.com', '', 'non.matching.com'],
        ['*.example.com', 'abc.example.com', '*.com', 'non.matching.com'],
        ['*.com', 'abc.example.com', '*.example.com', 'non.matching.com'],
        ['', 'abc.example.com', '*.com', 'non.matching.org'],
      ]
      const others = (at: number, second: string) => [`first-${at}`, ...(second ? [`second-${at}`] : [])]
      for (const [at, [hostname, first, second]] of places.entries())
        await suite.apply(
          gateway(`intersection-${at}`, [passthrough('tls', { ...(hostname && { hostname }), ...TLS_ONLY })]),
          tlsRoute(`first-${at}`, `intersection-${at}`, to('tls-backend', 443), [first]),
          ...(second ? [tlsRoute(`second-${at}`, `intersection-${at}`, to('tls-backend-2', 443), [second])] : []),
        )
      await statuses.ready()
      for (const [at, [, , second, stranger]] of places.entries()) {
        const own = `intersection-${at}`
        const address = await statuses.accepted(own, 'TLSRoute', ...others(at, second))
        await statuses.resolved('TLSRoute', own, ...others(at, second))
        const asks = (host: string, backend: string) => ({
          ask: `${host}/`,
          backend,
          tls: { name: host, trust: trust('tls-checks-certificate') },
        })
        await expectAll(suite, address, [
          // That of the one begins as the other's: what comes after tells them apart.
          asks('abc.example.com', 'tls-backend-'),
          ...(second ? [asks('other.example.com', 'tls-backend-2-')] : []),
        ])
        await refuses(address, stranger)
      }
    },

    TLSRouteInvalidBackendRefNonexistent: (suite) =>
      leadsNowhere(suite, to('nonexistent', 443, { namespace: INFRA }), 'BackendNotFound'),
    TLSRouteInvalidBackendRefUnknownKind: (suite) =>
      leadsNowhere(
        suite,
        to('tls-backend', 443, { group: 'unknownkind.example.com', kind: 'NonExistent' }),
        'InvalidKind',
      ),

    async TLSRouteInvalidReferenceGrant(suite) {
      const statuses = new Statuses(suite)
      const own = 'gateway-tlsroute-referencegrant'
      await suite.apply(
        ...wrongGrants('TLSRoute', 'Service', 'tls-backend', APP, INFRA),
        tlsRoute('foreign', own, to('tls-backend', 443, { namespace: APP }), ['abc.example.com']),
        gateway(own, [passthrough('https', { hostname: '*.example.com', ...TLS_ONLY })]),
      )
      await statuses.accepted(own, 'TLSRoute', 'foreign')
      await statuses.forGateway('TLSRoute', 'foreign', own, ['ResolvedRefs=False:RefNotPermitted'])
    },

    async TLSRouteInvalidNoMatchingListenerHostname(suite) {
      const statuses = new Statuses(suite)
      const places = {
        exact: ['www.example.com', 'nomatch.com'],
        wildcard: ['*.example.com', 'different.com'],
      } as const
      for (const [name, [hostname, other]] of Object.entries(places))
        await suite.apply(
          gateway(`gateway-${name}`, [passthrough('tls', { hostname, ...TLS_ONLY })]),
          tlsRoute(`mismatch-${name}`, `gateway-${name}`, to('tls-backend', 443), [`www.${other}`, `*.${other}`]),
        )
      await statuses.ready()
      for (const name of Object.keys(places)) {
        const reason = ['Accepted=False:NoMatchingListenerHostname']
        await statuses.forGateway('TLSRoute', `mismatch-${name}`, `gateway-${name}`, reason)
        await statuses.attachesNowhere('TLSRoute', `mismatch-${name}`, `gateway-${name}`)
      }
    },

    async TLSRouteInvalidNoMatchingListener(suite) {
      const statuses = new Statuses(suite)
      const places = {
        'http-only': [listener('http', 80), 'NotAllowedByListeners', ''],
        'https-only': [https('https'), 'NotAllowedByListeners', ''],
        'passthrough-only': [passthrough('tls'), 'NoMatchingParent', '#nonexistent-listener'],
      } as const
      for (const [name, [one, , section]] of Object.entries(places))
        await suite.apply(
          gateway(name, [one]),
          tlsRoute(`of-${name}`, `${name}${section}`, to('tls-backend', 443), ['tls.example.com']),
        )
      await statuses.ready()
      for (const [name, [, reason]] of Object.entries(places)) {
        await statuses.forGateway('TLSRoute', `of-${name}`, name, [`Accepted=False:${reason}`])
        await statuses.attachesNowhere('TLSRoute', `of-${name}`, name)
      }
    },

    TLSRouteListenerPassthroughSupportedKinds: (suite) =>
      kindsOf(suite, 'passthrough-kinds', passthrough('tls-passthrough', onlyKinds('TCPRoute', 'TLSRoute')), {
        name: 'tls-passthrough',
        kinds: ['TLSRoute'],
        attached: 0,
        conditions: ['ResolvedRefs=False:InvalidRouteKinds'],
      }),
    TLSRouteListenerTerminateSupportedKinds: (suite) =>
      kindsOf(suite, 'terminate-kinds', terminating('terminate.example.com', 8443), {
        name: 'tls-terminate',
        kinds: ['TLSRoute'],
        attached: 0,
        conditions: ['Accepted=True:Accepted'],
      }),
  }
}
