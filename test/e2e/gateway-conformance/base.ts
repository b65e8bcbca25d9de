import type { ApiObject } from '#api/resource.ts'
import { authority, authorityMap, clientOf, type Issued, secret, serverOf } from './certificates.ts'
import {
  ALL,
  APP,
  deployment,
  files,
  gateway,
  https,
  INFRA,
  listener,
  namespace,
  object,
  service,
  WEB,
} from './objects.ts'
import { Statuses } from './statuses.ts'
import type { Suite } from './suite.ts'

const BY_LABEL = {
  allowedRoutes: { namespaces: { from: 'Selector', selector: { matchLabels: { 'gateway-conformance': 'backend' } } } },
}

/** In the version that the suite has them in. */
const GATEWAYS = [
  gateway('same-namespace', [listener('http', 80)]),
  gateway('same-namespace-with-https-listener', [
    https('https'),
    https('https-with-hostname', { hostname: 'second-example.org' }),
    https('https-with-wildcard-hostname', { hostname: '*.wildcard.org' }),
    https('https-with-hostname-matching-wildcard', { hostname: 'fourth-example.wildcard.org' }),
  ]),
  gateway('all-namespaces', [listener('http', 80, ALL)]),
  gateway('backend-namespaces', [listener('http', 80, BY_LABEL)]),
].map((one) => ({ ...one, apiVersion: 'gateway.networking.k8s.io/v1beta1' }))

const TLS_FILES = { TLS_SERVER_CERT: '/etc/secret-volume/crt', TLS_SERVER_PRIVKEY: '/etc/secret-volume/key' }
const keyPair = (name: string) => files('/etc/secret-volume', 'secret', name, { 'tls.crt': 'crt', 'tls.key': 'key' })
/** A backend over TLS. `more`: beside its own certificate. */
export const tlsBackend = (
  name: string,
  from = 'tls-checks-certificate',
  more: {
    readonly namespace?: string
    readonly env?: Readonly<Record<string, string>>
    readonly mounts?: readonly ReturnType<typeof keyPair>[]
  } = {},
): ApiObject =>
  deployment(name, { ...more, env: { ...TLS_FILES, ...more.env }, mounts: [keyPair(from), ...(more.mounts ?? [])] })

/** Backends of processes, with as few pods as show what is asked. */
const BACKENDS = [
  service(
    'infra-backend-v1',
    'infra-backend-v1',
    'first-port=8080>3000 second-port=8081>3001@kubernetes.io/h2c third-port=8082>3000@kubernetes.io/ws',
  ),
  deployment('infra-backend-v1', { replicas: 2 }),
  ...['v2', 'v3'].flatMap((version) => [
    service(`infra-backend-${version}`, `infra-backend-${version}`, '8080>3000'),
    deployment(`infra-backend-${version}`),
  ]),
  ...['tls-backend', 'tls-backend-2'].flatMap((name) => [service(name, name, '443>8443'), tlsBackend(name)]),
  service('tls-backend', 'tls-backend', '443>8443', APP),
  tlsBackend('tls-backend', 'tls-passthrough-checks-certificate', { namespace: APP }),
  ...['v1', 'v2'].flatMap((version) => [
    service(`app-backend-${version}`, `app-backend-${version}`, '8080>3000', APP),
    deployment(`app-backend-${version}`, { namespace: APP }),
  ]),
  service('web-backend', 'web-backend', '8080>3000', WEB),
  deployment('web-backend', { namespace: WEB }),
  ...['v1', 'v2', 'v3'].flatMap((version) => [
    service(`grpc-infra-backend-${version}`, `grpc-infra-backend-${version}`, '8080>3000@kubernetes.io/h2c'),
    deployment(`grpc-infra-backend-${version}`, { env: { GRPC_ECHO_SERVER: '1' } }),
  ]),
  service('tcp-backend', 'tcp-backend', 'echo-tcp-plain=3000>3000 echo-tcp-tls=8443>8443'),
  deployment('tcp-backend', {
    env: {
      TLS_SERVER_CERT: '/etc/secret-volume/crt',
      TLS_SERVER_PRIV_KEY: '/etc/secret-volume/key',
      TCP_ECHO_SERVER: '1',
    },
    mounts: [keyPair('tls-passthrough-checks-certificate')],
  }),
]

/** Datagrams: a DNS server, told by a Corefile. */
const DNS = [
  service('coredns', 'udp', 'udp-dns=53>53/UDP'),
  object('v1', 'ConfigMap', 'coredns', { data: { Corefile: 'foo.bar.com:53 {\n  whoami\n}\n' } }),
  deployment('udp', {
    args: ['coredns', '-conf', '/root/Corefile'],
    mounts: [files('/root', 'configMap', 'coredns', { Corefile: 'Corefile' })],
  }),
]

/** Certificates by the names of their Secrets. */
export type Certificates = Readonly<Record<string, Issued>>

const credentials = async (): Promise<{ readonly objects: readonly ApiObject[]; readonly issued: Certificates }> => {
  const [frontend, perPort, backend, other, web] = await Promise.all(Array.from({ length: 5 }, authority))
  const issued = {
    certificate: await serverOf(['*']),
    'tls-validity-checks-certificate': await serverOf(['*', '*.org', '*.wildcard.org']),
    'tls-validity-checks-client-certificate': await clientOf(frontend!),
    'tls-validity-checks-per-port-client-certificate': await clientOf(perPort!),
    'tls-passthrough-checks-certificate': await serverOf(['abc.example.com']),
    'tls-checks-certificate': await serverOf(
      ['abc.example.com', 'spiffe://abc.example.com/test-identity', 'other.example.com'],
      backend,
    ),
    'tls-checks-client-certificate': await clientOf(backend!),
    'tls-terminate-checks-certificate': await serverOf(['tls.example.com'], backend),
    'tls-checks-ca-certificate': backend!,
  }
  const { certificate: web2, 'tls-checks-ca-certificate': _, ...secrets } = issued
  return {
    issued,
    objects: [
      secret('certificate', web2, WEB),
      authorityMap('web-backend-cm', web!, WEB),
      authorityMap('tls-validity-checks-ca-certificate', frontend!),
      authorityMap('tls-validity-checks-per-port-ca-certificate', perPort!),
      authorityMap('tls-checks-ca-certificate', backend!),
      authorityMap('mismatch-ca-certificate', other!),
      ...Object.entries(secrets).map(([name, one]) => secret(name, one)),
      secret('tls-passthrough-checks-certificate', issued['tls-passthrough-checks-certificate'], APP),
    ],
  }
}

/** What most tests rely on. Gives the certificates, which clients trust or show. */
export const setUp = async (suite: Suite): Promise<Certificates> => {
  await new Statuses(suite).has('GatewayClass', 'fairlead', ['Accepted=True'], '')
  await suite.apply(
    namespace(INFRA, { 'gateway-conformance': 'infra' }),
    namespace(APP, { 'gateway-conformance': 'backend' }),
    namespace(WEB, { 'gateway-conformance': 'backend' }),
    ...BACKENDS,
    ...DNS,
    ...GATEWAYS,
  )
  const { objects, issued } = await credentials()
  await suite.apply(...objects)
  await new Statuses(suite).ready(INFRA, APP, WEB)
  return issued
}
