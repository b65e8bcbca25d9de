import type { ConfigMap } from '#api/core/configmap/message.ts'
import type { Secret } from '#api/core/secret/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { GatewayClass } from '#api/gatewayapi/gatewayclass/message.ts'
import { keyOf } from '#objects/object-key.ts'
import { toBase64 } from '#schema/base64.ts'
import type { RouteObjects, RouteOptions } from '../route-objects.ts'

const CONTROLLER = 'fairlead.dev/gateway-controller'

type Lists = { -readonly [kind in keyof RouteObjects]?: RouteObjects[kind] }

/** Objects for a test: those that are asked for by name are given as lists. */
export interface Cluster extends Omit<Lists, 'namespaceLabels' | 'service' | 'secret' | 'configMap'> {
  readonly services?: readonly Service[]
  readonly secrets?: readonly Secret[]
  readonly configMaps?: readonly ConfigMap[]
  readonly namespaces?: { readonly [name: string]: { readonly [label: string]: string } }
}

export const gatewayClass = (name = 'fairlead', spec: Partial<GatewayClass['spec']> = {}): GatewayClass => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'GatewayClass',
  metadata: { name, uid: `uid-${name}`, generation: 3 },
  spec: { controllerName: CONTROLLER, ...spec },
})

const CLASSES = [gatewayClass()]

export const objectsOf = ({
  services = [],
  secrets = [],
  configMaps = [],
  namespaces = { shop: {} },
  ...lists
}: Cluster): RouteObjects => {
  const byKey = <T extends Service | Secret | ConfigMap>(objects: readonly T[]): ((key: string) => T | undefined) => {
    const known = new Map(objects.map((one) => [keyOf(one), one]))
    return (key) => known.get(key)
  }
  return {
    gatewayClasses: CLASSES,
    gateways: [],
    listenerSets: [],
    httpRoutes: [],
    grpcRoutes: [],
    tlsRoutes: [],
    tcpRoutes: [],
    udpRoutes: [],
    referenceGrants: [],
    backendTLSPolicies: [],
    ingresses: [],
    ingressClasses: [],
    ...lists,
    namespaceLabels: (name) => namespaces[name],
    service: byKey(services),
    secret: byKey(secrets),
    configMap: byKey(configMaps),
  }
}

/** A data plane that serves all: ports are bound 10,000 above, and each site has one address. */
export const options = (changes: Partial<RouteOptions> = {}): RouteOptions => ({
  controllerName: CONTROLLER,
  bundleVersions: ['v1.5.1'],
  bindOf: (_, port) => 10_000 + port,
  addressesOf: () => ['192.0.2.1'],
  servedAt: () => Number.POSITIVE_INFINITY,
  isLed: () => true,
  refusals: new Map(),
  waiting: new Map(),
  checkCertificate,
  certificateNames: (chain) => chain.split(' ').slice(1),
  checkAuthorities,
  ...changes,
})

const checkCertificate = (chain: string, key: string): string | undefined =>
  chain.startsWith('CERT') && key.startsWith('KEY') ? undefined : 'tls.crt is no certificate'
const checkAuthorities = (bundle: string): string | undefined =>
  bundle.startsWith('CA') ? undefined : 'ca.crt is no certificate'

/** The base64 of a Secret's data. */
export const data = (text: string): string => toBase64(new TextEncoder().encode(text))
