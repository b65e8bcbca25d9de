import { type Certificates, tlsBackend } from '../base.ts'
import { expectAll, expectFailure } from '../expect.ts'
import { files, gateway, httpRoute, INFRA, listener, object, ofApi, service, to } from '../objects.ts'
import { Statuses } from '../statuses.ts'
import type { Cases, Suite } from '../suite.ts'

const ACCEPTED = ['Accepted=True:Accepted']
const GOOD = [...ACCEPTED, 'ResolvedRefs=True:ResolvedRefs']
const NO_AUTHORITY = ['Accepted=False:NoValidCACertificate', 'ResolvedRefs=False:InvalidCACertificateRef']
const AUTHORITY = 'tls-checks-ca-certificate'
const SECURE = 'same-namespace-with-https-listener'

/** `service` or `service#section`: whose certificates are held against an authority and a name. */
const policy = (name: string, target: string, hostname: string, authority = AUTHORITY, more: object = {}) => {
  const [service, sectionName] = target.split('#') as [string, string?]
  return ofApi('BackendTLSPolicy', name, {
    targetRefs: [{ group: '', kind: 'Service', name: service, ...(sectionName && { sectionName }) }],
    validation: { caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: authority, ...more }], hostname },
  })
}
/** A Service before the one backend of TLS, at whose path a route leads there. */
const before = (name: string, ports = 'btls=443>8443') => service(name, 'tls-backend', ports)
const route = (names: readonly string[], hostnames: readonly string[] = ['abc.example.com']) =>
  httpRoute(
    'backend-tls',
    'same-namespace',
    names.map((name) => to(`${name}:443`, [`=/${name}`])),
    { hostnames },
  )

const arrives = (path: string, sni: string) => ({ ask: `abc.example.com${path}`, arrives: { path, sni } })

const ready = async (suite: Suite, resolved = true) => {
  const statuses = new Statuses(suite)
  await statuses.ready()
  const at = await statuses.accepted('same-namespace', 'HTTPRoute', 'backend-tls')
  if (resolved) await statuses.resolved('HTTPRoute', 'same-namespace', 'backend-tls')
  const has = (name: string, conditions: readonly string[], by = 'same-namespace') =>
    statuses.forGateway('BackendTLSPolicy', name, by, conditions)
  return { at, has, statuses }
}

/** Of a policy that leads nowhere nothing is sent in plain. */
const refused = async (suite: Suite, names: readonly string[], conditions: readonly string[]) => {
  const { at, has } = await ready(suite, false)
  for (const name of names) await has(name, conditions)
  await expectAll(
    suite,
    at,
    names.map((name) => ({ ask: `abc.example.com/${name}`, status: [500, 502, 503] })),
  )
}

export const backendTls = (certificates: () => Certificates): Cases => ({
  async BackendTLSPolicy(suite) {
    const names = ['btls', 'host-mismatch', 'cert-mismatch', 'reconcile']
    await suite.apply(
      route(names),
      httpRoute('reencrypt', SECURE, [to('btls:443', ['=/btls'])], { hostnames: ['https-listener.org'] }),
      ...names.map((name) => before(name)),
      policy('btls', 'btls#btls', 'abc.example.com'),
      policy('host-mismatch', 'host-mismatch#btls', 'mismatch.example.com'),
      policy('cert-mismatch', 'cert-mismatch#btls', 'abc.example.com', 'mismatch-ca-certificate'),
      policy('reconcile', 'reconcile#btls', 'abc.example.com'),
    )
    const { at, has, statuses } = await ready(suite)
    const secure = await statuses.accepted(SECURE, 'HTTPRoute', 'reencrypt')
    await statuses.resolved('HTTPRoute', SECURE, 'reencrypt')
    await has('btls', GOOD, SECURE)
    await expectAll(suite, secure, [
      {
        ask: 'https-listener.org/btls',
        arrives: { path: '/btls', sni: 'abc.example.com' },
        tls: { name: 'https-listener.org', trust: certificates()['tls-validity-checks-certificate']!.certificate },
      },
    ])
    for (const name of names) await has(name, GOOD)
    await expectAll(suite, at, [arrives('/btls', 'abc.example.com')])
    await expectFailure(suite, at, 'abc.example.com/host-mismatch')
    await expectFailure(suite, at, 'abc.example.com/cert-mismatch')

    // What an authority's ConfigMap says is followed.
    const name = 'followed-authority'
    const { certificate } = certificates()[AUTHORITY]!
    const refers = (to: string) => ({
      spec: { validation: { caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: to }] } },
    })
    await suite.merge('BackendTLSPolicy', 'reconcile', refers(name), INFRA)
    await has('reconcile', NO_AUTHORITY)
    await suite.apply(object('v1', 'ConfigMap', name, { data: { 'ca.crt': certificate } }))
    await has('reconcile', GOOD)
    await suite.merge('ConfigMap', name, { data: { 'ca.crt': '' } }, INFRA)
    await has('reconcile', NO_AUTHORITY)
    await suite.merge('ConfigMap', name, { data: { 'ca.crt': certificate } }, INFRA)
    await has('reconcile', GOOD)
    await expectAll(suite, at, [arrives('/reconcile', 'abc.example.com')])
  },

  async BackendTLSPolicyConflictResolution(suite) {
    const both = 'https-1=443>8443 https-2=8443>8443'
    const [whole, section, apart] = ['whole', 'section', 'apart']
    await suite.apply(
      httpRoute(
        'backend-tls',
        'same-namespace',
        [
          to(`${whole}:443`, [`=/${whole}`]),
          to(`${section}:443`, [`=/${section}`]),
          to(`${apart}:443`, ['=/of-section']),
          to(`${apart}:8443`, ['=/of-all']),
        ],
        { hostnames: ['abc.example.com'] },
      ),
      before(whole!, 'https=443>8443'),
      before(section!, both),
      before(apart!, both),
      policy('whole-1', whole!, 'other.example.com'),
      policy('whole-2', whole!, 'abc.example.com'),
      policy('section-1', `${section}#https-1`, 'other.example.com'),
      policy('section-2', `${section}#https-1`, 'abc.example.com'),
      policy('apart-with-section', `${apart}#https-1`, 'other.example.com'),
      policy('apart-without-section', apart!, 'abc.example.com'),
    )
    const { at, has } = await ready(suite)
    for (const name of ['whole-1', 'section-1', 'apart-with-section', 'apart-without-section'])
      await has(name, ACCEPTED)
    for (const name of ['whole-2', 'section-2']) await has(name, ['Accepted=False:Conflicted'])
    await expectAll(suite, at, [
      arrives('/whole', 'other.example.com'),
      arrives('/section', 'other.example.com'),
      arrives('/of-section', 'other.example.com'),
      arrives('/of-all', 'abc.example.com'),
    ])
  },

  async BackendTLSPolicyInvalidCACertificateRef(suite) {
    const names = ['nonexistent', 'malformed']
    await suite.apply(
      route(names),
      ...names.map((name) => before(name, 'https=443>8443@HTTPS')),
      policy('nonexistent', 'nonexistent', 'abc.example.com', 'nonexistent-ca-certificate'),
      policy('malformed', 'malformed', 'abc.example.com', 'malformed-ca-certificate'),
      object('v1', 'ConfigMap', 'malformed-ca-certificate', { data: {} }),
    )
    await refused(suite, names, NO_AUTHORITY)
  },

  async BackendTLSPolicyInvalidKind(suite) {
    const kind = { group: 'invalid.io', kind: 'InvalidKind' }
    await suite.apply(
      route(['invalid-kind']),
      before('invalid-kind', 'https=443>8443@HTTPS'),
      policy('invalid-kind', 'invalid-kind', 'abc.example.com', 'invalid-kind', kind),
    )
    await refused(suite, ['invalid-kind'], ['Accepted=False:NoValidCACertificate', 'ResolvedRefs=False:InvalidKind'])
  },

  async BackendTLSPolicyObservedGenerationBump(suite) {
    const statuses = new Statuses(suite)
    await suite.apply(
      httpRoute('of-nobody', 'same-namespace', [to('of-nobody:443')]),
      service('of-nobody', 'of-nobody', 'https=443>8443'),
      policy('bumped', 'of-nobody#https', 'abc.example.com'),
    )
    const has = () => statuses.forGateway('BackendTLSPolicy', 'bumped', 'same-namespace', ['Accepted=True'])
    const previous = await has()
    await suite.merge('BackendTLSPolicy', 'bumped', { spec: { validation: { hostname: 'foo.example.com' } } }, INFRA)
    suite.assert.notEqual((await has()).metadata?.generation, previous.metadata?.generation)
  },

  async GatewayBackendClientCertificateFeature(suite) {
    const statuses = new Statuses(suite)
    const own = 'gateway-tls-backend-client-certificate'
    const shown = 'tls-checks-client-certificate'
    const asking = 'tls-backend-with-client-cert-validation'
    const tls = { backend: { clientCertificateRef: { group: '', kind: 'Secret', name: shown } } }
    await suite.apply(
      gateway(own, [listener('http', 80)], { tls }),
      httpRoute(own, own, [to(`${asking}:443`, ['=/'])], { hostnames: ['abc.example.com'] }),
      policy('asking', asking, 'abc.example.com'),
      service(asking, asking, 'https=443>8443'),
      tlsBackend(asking, 'tls-checks-certificate', {
        env: { TLS_CLIENT_CACERTS: '/etc/configmap-volume/ca' },
        mounts: [files('/etc/configmap-volume', 'configMap', AUTHORITY, { 'ca.crt': 'ca' })],
      }),
    )
    await statuses.ready()
    const at = await statuses.accepted(own, 'HTTPRoute', own)
    await statuses.resolved('HTTPRoute', own, own)
    await statuses.forGateway('BackendTLSPolicy', 'asking', own, ACCEPTED)
    await statuses.has('Gateway', own, ['ResolvedRefs=True:ResolvedRefs'])
    const client = certificates()[shown]!.certificate
    await expectAll(suite, at, [{ ask: 'abc.example.com/', arrives: { path: '/', sni: 'abc.example.com', client } }])
  },
})
