import type { Certificates } from '../base.ts'
import { type Case, expectAll } from '../expect.ts'
import { gateway, httpRoute, https, listener, to, WEB } from '../objects.ts'
import { type Address, roundTrip } from '../round-trip.ts'
import { GOOD, Statuses } from '../statuses.ts'
import type { Cases, Suite } from '../suite.ts'

const SECURE = 'same-namespace-with-https-listener'
const FRONT = 'tls-validity-checks-certificate'
const CLIENT = 'tls-validity-checks-client-certificate'
const PER_PORT_CLIENT = 'tls-validity-checks-per-port-client-certificate'

const authorities = (name: string, more: object = {}) => ({
  validation: { caCertificateRefs: [{ kind: 'ConfigMap', group: '', name, ...more }] },
})
const AUTHORITY = authorities('tls-validity-checks-ca-certificate')
const PER_PORT_AUTHORITY = authorities('tls-validity-checks-per-port-ca-certificate')
/** Whom a Gateway lets in: at all ports, and at some of them. */
const frontend = (all: object, perPort: Readonly<Record<number, object>>) => ({
  tls: {
    frontend: { default: all, perPort: Object.entries(perPort).map(([port, tls]) => ({ port: Number(port), tls })) },
  },
})
const TWO_PORTS = [https('https'), https('https-with-hostname', { hostname: 'second-example.org' }, 8443)]

/** Two listeners of a Gateway, each with clients' certificates of its own. */
const twoPorts = async (suite: Suite, own: string, tls: Readonly<Record<string, unknown>>): Promise<Address> => {
  const statuses = new Statuses(suite)
  await suite.apply(
    gateway(own, TWO_PORTS, tls),
    httpRoute('of-first', own, [to('v1')], { hostnames: ['example.org'] }),
    httpRoute('of-second', `${own}#https-with-hostname`, [to('v2')]),
  )
  const at = await statuses.accepted(own, 'HTTPRoute', 'of-first', 'of-second')
  await statuses.resolved('HTTPRoute', own, 'of-first', 'of-second')
  return at
}

export const overTls = (certificates: () => Certificates): Cases => {
  const issued = (name: string) => certificates()[name]!
  const as = (name: string, client?: string) => ({
    name,
    trust: issued(FRONT).certificate,
    client: client === undefined ? undefined : issued(client),
  })
  const letIn = (suite: Suite, at: Address, host: string, backend: string, client?: string) =>
    expectAll(suite, at, [{ ask: `${host}/`, backend: `infra-backend-${backend}`, tls: as(host, client) }])
  /** There is no answer, and no second try. */
  const shutOut = async (suite: Suite, at: Address, host: string, client?: string) => {
    const asked = { method: 'GET', host, path: '/', headers: {}, tls: as(host, client) }
    const given = await roundTrip(at, asked).then(
      ({ status }) => `answered with ${status}`,
      () => 'no answer',
    )
    suite.assert.equal(given, 'no answer', `${host} ${client}`)
  }

  return {
    async HTTPRouteHTTPSListener(suite) {
      const statuses = new Statuses(suite)
      await suite.apply(
        httpRoute('https-test', SECURE, [to('v1')], { hostnames: ['example.org'] }),
        httpRoute('https-test-no-hostname', `${SECURE}#https-with-hostname`, [to('v2')]),
      )
      const at = await statuses.accepted(SECURE, 'HTTPRoute', 'https-test', 'https-test-no-hostname')
      await statuses.resolved('HTTPRoute', SECURE, 'https-test', 'https-test-no-hostname')
      await letIn(suite, at, 'example.org', 'v1')
      await expectAll(suite, at, [{ ask: 'unknown-example.org/', status: [404], tls: as('unknown-example.org') }])
      await letIn(suite, at, 'second-example.org', 'v2')
    },

    async HTTPRouteHTTPSListenerDetectMisdirectedRequests(suite) {
      const statuses = new Statuses(suite)
      const sections = [
        'https',
        'https-with-hostname',
        'https-with-wildcard-hostname',
        'https-with-hostname-matching-wildcard',
      ]
      await suite.apply(
        ...sections.map((section, at) =>
          httpRoute(
            `misdirected-${at + 1}`,
            `${SECURE}#${section}`,
            [to(`v${(at % 3) + 1}`, ['/misdirected'])],
            at === 0 ? { hostnames: ['example.org'] } : {},
          ),
        ),
      )
      const names = sections.map((_, at) => `misdirected-${at + 1}`)
      const at = await statuses.accepted(SECURE, 'HTTPRoute', ...names)
      await statuses.resolved('HTTPRoute', SECURE, ...names)
      const [first, second, unknown] = ['example.org', 'second-example.org', 'unknown-example.org']
      const [third, fourth, fifth] = ['third', 'fourth', 'fith'].map((name) => `${name}-example.wildcard.org`)
      const asks: readonly (readonly [string, string, number | string])[] = [
        [first!, first!, 'v1'],
        [first!, second!, 421],
        [first!, unknown!, 404],
        [second!, second!, 'v2'],
        [second!, first!, 421],
        [second!, unknown!, 421],
        [third!, third!, 'v3'],
        [third!, fifth!, 'v3'],
        [third!, fourth!, 421],
        [third!, second!, 421],
        [third!, unknown!, 421],
        [fourth!, fourth!, 'v1'],
        [fourth!, fifth!, 421],
        [unknown!, first!, 'v1'],
        [unknown!, unknown!, 404],
      ]
      await expectAll(
        suite,
        at,
        asks.map(
          ([name, host, result]): Case => ({
            ask: `${host}/misdirected`,
            h2: true,
            tls: as(name),
            ...(typeof result === 'number' ? { status: [result] } : { backend: `infra-backend-${result}` }),
          }),
        ),
      )
    },

    async GatewayFrontendClientCertificateValidation(suite) {
      const tls = frontend(AUTHORITY, { 8443: PER_PORT_AUTHORITY })
      const at = await twoPorts(suite, 'client-validation-default', tls)
      await letIn(suite, at, 'example.org', 'v1', CLIENT)
      await shutOut(suite, at, 'example.org', PER_PORT_CLIENT)
      const other = { ...at, port: 8443 }
      await letIn(suite, other, 'second-example.org', 'v2', PER_PORT_CLIENT)
      await shutOut(suite, other, 'second-example.org', CLIENT)
    },

    async GatewayFrontendClientCertificateValidationInsecureFallback(suite) {
      const lax = ({ validation }: typeof AUTHORITY) => ({
        validation: { ...validation, mode: 'AllowInsecureFallback' },
      })
      const own = 'client-validation-insecure-fallback'
      const at = await twoPorts(suite, own, frontend(lax(AUTHORITY), { 8443: lax(PER_PORT_AUTHORITY) }))
      await new Statuses(suite).has('Gateway', own, ['InsecureFrontendValidationMode=True:ConfigurationChanged'])
      for (const client of [CLIENT, PER_PORT_CLIENT, undefined]) {
        await letIn(suite, at, 'example.org', 'v1', client)
        await letIn(suite, { ...at, port: 8443 }, 'second-example.org', 'v2', client)
      }
    },

    async GatewayFrontendInvalidDefaultClientCertificateValidation(suite) {
      const statuses = new Statuses(suite)
      const own = 'invalid-default-client-validation-config'
      const tls = frontend(authorities('does-not-exist'), { 80: PER_PORT_AUTHORITY })
      await suite.apply(
        gateway(own, [https('https'), listener('http', 80)], tls),
        httpRoute(own, own, [to('v1')], { hostnames: ['example.org'] }),
      )
      const { host } = await statuses.address(own)
      await statuses.listener(own, 'http', GOOD)
      await expectAll(suite, { host, port: 80 }, ['example.org/ > v1'])
      await statuses.listener(own, 'https', [
        'ResolvedRefs=False:InvalidCACertificateRef',
        'Accepted=False:NoValidCACertificate',
        'Programmed=False',
      ])
      await shutOut(suite, { host, port: 443 }, 'example.org')
    },

    async GatewayInvalidFrontendClientCertificateValidation(suite) {
      const statuses = new Statuses(suite)
      const own = 'with-invalid-client-cert-validation'
      await suite.apply(
        gateway(
          own,
          [
            https('https'),
            https('https-unresolved', { hostname: 'first-example.org' }, 7443),
            https('https-invalid-kind', { hostname: 'second-example.org' }, 8443),
            https('https-grant-missing', { hostname: 'fourth-example.org' }, 6443),
          ],
          frontend(AUTHORITY, {
            7443: authorities('nonexistent'),
            8443: authorities('infra-backend-v2', { kind: 'Service' }),
            6443: authorities('web-backend-cm', { namespace: WEB }),
          }),
        ),
      )
      await statuses.listener(own, 'https', GOOD)
      const reasons = {
        'https-unresolved': 'InvalidCACertificateRef',
        'https-invalid-kind': 'InvalidCACertificateKind',
        'https-grant-missing': 'RefNotPermitted',
      }
      for (const [name, reason] of Object.entries(reasons))
        await statuses.listener(own, name, [
          `ResolvedRefs=False:${reason}`,
          'Accepted=False:NoValidCACertificate',
          'Programmed=False',
        ])
    },
  }
}
