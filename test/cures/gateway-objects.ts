import type { ApiObject } from '#api/resource.ts'
import { deployment, service } from './objects.ts'

/* Objects of gateways, short. */

const API = 'gateway.networking.k8s.io/v1'
const made = (object: object): ApiObject => object as ApiObject
const keyed = (key: string): object => {
  const [namespace, name] = key.includes('/') ? key.split('/') : ['default', key]
  return { name, namespace }
}

export const HTTP = { name: 'http', port: 80, protocol: 'HTTP' }
export const HTTPS = { name: 'https', port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'cert' }] } }

export const gateway = (key: string, listeners: readonly object[] = [HTTP], spec: object = {}): ApiObject =>
  made({
    apiVersion: API,
    kind: 'Gateway',
    metadata: keyed(key),
    spec: { gatewayClassName: 'fairlead', listeners, ...spec },
  })

export const listenerSet = (key: string, parent: string, listeners: readonly object[], namespace?: string): ApiObject =>
  made({
    apiVersion: API,
    kind: 'ListenerSet',
    metadata: keyed(key),
    spec: { parentRef: { name: parent, ...(namespace && { namespace }) }, listeners },
  })

/** What lets ListenerSets of its own namespace attach to a Gateway. */
export const ownSets = { allowedListeners: { namespaces: { from: 'Same' } } }

export const toWeb = { backendRefs: [{ name: 'web', port: 80 }] }
export const below = (value: string, more: object = {}): object => ({ path: { type: 'PathPrefix', value }, ...more })

/** `shop.test` of the Gateway `gw`, all paths to the Service `web`. */
export const httpRoute = (key: string, spec: object = {}): ApiObject =>
  made({
    apiVersion: API,
    kind: 'HTTPRoute',
    metadata: keyed(key),
    spec: { parentRefs: [{ name: 'gw' }], hostnames: ['shop.test'], rules: [toWeb], ...spec },
  })

export const ingress = (name: string, spec: object = {}, annotations: object = {}): ApiObject =>
  made({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'default', annotations },
    spec: { rules: [ingressRule()], ...spec },
  })

export const ingressRule = (backend = 'web', number = 80, path = '/'): object => ({
  host: 'shop.test',
  http: { paths: [{ path, pathType: 'Prefix', backend: { service: { name: backend, port: { number } } } }] },
})

/** A Deployment and a Service that answer. */
export const web = (name = 'web', namespace = 'default'): readonly ApiObject[] => [
  deployment(name, { namespace }),
  service(name, {}, { namespace }),
]
