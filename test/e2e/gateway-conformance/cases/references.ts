import { expectAll } from '../expect.ts'
import {
  ALL,
  APP,
  certificate,
  gateway,
  grant,
  httpRoute,
  INFRA,
  listener,
  onlyKinds,
  passthrough,
  to,
  WEB,
} from '../objects.ts'
import { Statuses } from '../statuses.ts'
import type { Cases, Suite } from '../suite.ts'

/** Grants of which each lacks one thing. The last but one has a name that is right with a kind that is not. */
export const wrongGrants = (kind: string, target: string, targetName: string, place: string, elsewhere: string) => [
  grant('wrong-namespace', elsewhere, `${kind} ${INFRA}`, `${target} ${targetName}`),
  grant('wrong-from-group', place, `other.group.test/${kind} ${INFRA}`, `${target} ${targetName}`),
  grant(
    'wrong-from-kind',
    place,
    `${kind === 'Gateway' ? 'HTTPRoute' : 'Gateway'} ${INFRA}`,
    `${target} ${targetName}`,
  ),
  grant('wrong-from-namespace', place, `${kind} nobodys`, `${target} ${targetName}`),
  grant('wrong-to-group', place, `${kind} ${INFRA}`, `other.group.test/${target} ${targetName}`),
  grant('wrong-to-kind', place, `${kind} ${INFRA}`, `${target === 'Secret' ? 'Service' : 'Secret'} ${targetName}`),
  grant('wrong-to-name', place, `${kind} ${INFRA}`, `${target} another`),
]

/** An HTTPRoute that is Accepted, and of which a reference leads nowhere. */
const leadsNowhere = async (suite: Suite, rules: readonly object[], reason: string, cases: readonly string[]) => {
  const statuses = new Statuses(suite)
  await suite.apply(httpRoute('leads-nowhere', 'same-namespace', rules))
  const at = await statuses.accepted('same-namespace', 'HTTPRoute', 'leads-nowhere')
  await statuses.forGateway('HTTPRoute', 'leads-nowhere', 'same-namespace', [`ResolvedRefs=False:${reason}`])
  await expectAll(suite, at, cases)
}

/** An HTTPRoute that hangs on nothing. */
const attachesNowhere = async (suite: Suite, parent: string, reason: string, namespace = INFRA, resolved = true) => {
  const statuses = new Statuses(suite)
  const name = /^[^#:]+/.exec(parent)![0]
  const backend = namespace === WEB ? 'web-backend:8080' : 'v1'
  await suite.apply(httpRoute('attaches-nowhere', parent, [to(backend)], { namespace }))
  if (resolved) await statuses.resolved('HTTPRoute', name, `${namespace}/attaches-nowhere`)
  await statuses.forGateway('HTTPRoute', 'attaches-nowhere', name, [`Accepted=False:${reason}`], namespace)
  await statuses.attachesNowhere('HTTPRoute', 'attaches-nowhere', name, namespace)
}

const WEB_BACKEND = to(`${WEB}/web-backend:8080`)

/** A listener's certificate of another namespace. */
const foreignCertificate = async (suite: Suite, conditions: readonly string[]) => {
  const statuses = new Statuses(suite)
  const tls = certificate(`${WEB}/certificate`)
  await suite.apply(gateway('foreign-certificate', [listener('https', 443, { ...ALL, protocol: 'HTTPS', tls })]))
  await statuses.listeners('foreign-certificate', [{ name: 'https', kinds: ['HTTPRoute'], attached: 0, conditions }])
}

export const REFERENCES: Cases = {
  async HTTPRouteReferenceGrant(suite) {
    const statuses = new Statuses(suite)
    const lent = grant('reference-grant', WEB, `HTTPRoute ${INFRA}`, 'Service web-backend')
    await suite.apply(lent, httpRoute('reference-grant', 'same-namespace', [WEB_BACKEND]))
    const at = await statuses.accepted('same-namespace', 'HTTPRoute', 'reference-grant')
    await statuses.resolved('HTTPRoute', 'same-namespace', 'reference-grant')
    await expectAll(suite, at, [`/ > web-backend@${WEB}`])
    await suite.delete(lent)
    await expectAll(suite, at, ['/ > 500'])
  },

  async HTTPRouteInvalidReferenceGrant(suite) {
    await suite.apply(...wrongGrants('HTTPRoute', 'Service', 'web-backend', WEB, INFRA))
    await leadsNowhere(suite, [WEB_BACKEND], 'RefNotPermitted', ['/ > 500'])
  },

  HTTPRouteInvalidCrossNamespaceBackendRef: (suite) =>
    leadsNowhere(suite, [WEB_BACKEND], 'RefNotPermitted', ['/ > 500']),

  async HTTPRoutePartiallyInvalidViaInvalidReferenceGrant(suite) {
    await suite.apply(grant('partly', APP, `HTTPRoute ${INFRA}`, 'Service app-backend-v1'))
    await leadsNowhere(
      suite,
      [to(`${APP}/app-backend-v2:8080`, ['/v2']), to(`${APP}/app-backend-v1:8080`)],
      'RefNotPermitted',
      ['/v2 > 500', `/ > app-backend-v1@${APP}`],
    )
  },

  HTTPRouteInvalidBackendRefUnknownKind: (suite) =>
    leadsNowhere(
      suite,
      [
        {
          backendRefs: [
            { group: 'unknownkind.example.com', kind: 'NonExistent', name: 'infra-backend-v1', port: 8080 },
          ],
        },
      ],
      'InvalidKind',
      ['/v2 > 500'],
    ),

  HTTPRouteInvalidNonExistentBackendRef: (suite) =>
    leadsNowhere(suite, [to('nonexistent:8080')], 'BackendNotFound', ['/ > 500']),

  HTTPRouteInvalidCrossNamespaceParentRef: (suite) =>
    attachesNowhere(suite, 'same-namespace', 'NotAllowedByListeners', WEB),

  HTTPRouteInvalidParentRefNotMatchingListenerPort: (suite) =>
    attachesNowhere(suite, 'same-namespace:81', 'NoMatchingParent'),

  HTTPRouteInvalidParentRefNotMatchingSectionName: (suite) =>
    attachesNowhere(suite, 'same-namespace#http1:80', 'NoMatchingParent', INFRA, false),

  async HTTPRouteInvalidParentRefSectionNameNotMatchingPort(suite) {
    await suite.apply(gateway('of-one-port', [listener('http', 80, ALL)]))
    await attachesNowhere(suite, 'of-one-port#http:81', 'NoMatchingParent', INFRA, false)
  },

  async HTTPRouteDisallowedKind(suite) {
    await suite.apply(gateway('tlsroutes-only', [passthrough('tls', onlyKinds('TLSRoute'))]))
    await new Statuses(suite).ready()
    await attachesNowhere(suite, 'tlsroutes-only', 'NotAllowedByListeners')
  },

  async GatewaySecretInvalidReferenceGrant(suite) {
    await suite.apply(...wrongGrants('Gateway', 'Secret', 'certificate', WEB, APP))
    await foreignCertificate(suite, ['ResolvedRefs=False:RefNotPermitted'])
  },

  GatewaySecretMissingReferenceGrant: (suite) => foreignCertificate(suite, ['ResolvedRefs=False:RefNotPermitted']),

  async GatewaySecretReferenceGrantAllInNamespace(suite) {
    await suite.apply(grant('all', WEB, `Gateway ${INFRA}`, 'Secret'))
    await foreignCertificate(suite, ['Programmed=True:Programmed', 'ResolvedRefs=True'])
  },

  async GatewaySecretReferenceGrantSpecific(suite) {
    await suite.apply(grant('specific', WEB, `Gateway ${INFRA}`, 'Secret certificate'))
    await foreignCertificate(suite, ['Programmed=True:Programmed', 'ResolvedRefs=True'])
  },
}
