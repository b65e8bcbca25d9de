import type { ConfigMap } from '#api/core/configmap/message.ts'
import type { Secret } from '#api/core/secret/message.ts'
import type { Service, ServicePort } from '#api/core/service/message.ts'
import type { BackendTLSPolicy } from '#api/gatewayapi/backendtlspolicy/message.ts'
import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import type { GRPCRoute } from '#api/gatewayapi/grpcroute/message.ts'
import type { HTTPRoute, HTTPRouteRule } from '#api/gatewayapi/httproute/message.ts'
import type { ListenerSet } from '#api/gatewayapi/listenerset/message.ts'
import type { ReferenceGrant } from '#api/gatewayapi/referencegrant/message.ts'
import type { Listener } from '#api/gatewayapi/shared/listener.ts'
import type { TCPRoute } from '#api/gatewayapi/tcproute/message.ts'
import type { TLSRoute } from '#api/gatewayapi/tlsroute/message.ts'
import type { UDPRoute } from '#api/gatewayapi/udproute/message.ts'
import type { ObjectMeta } from '#api/meta/object-meta.ts'
import { splitKey } from '#objects/object-key.ts'
import { data } from './cluster.ts'

/** `shop/web`, or a name in the namespace `shop`. `age`: a later one is younger. */
const meta = (key: string, age: number): ObjectMeta => {
  const { namespace, name } = splitKey(key)
  const creationTimestamp = new Date(Date.UTC(2026, 0, 1, 0, 0, age)).toISOString()
  return { namespace: namespace || 'shop', name, uid: `uid-${name}`, generation: 7, creationTimestamp }
}

const V1 = 'gateway.networking.k8s.io/v1'
const ALPHA = 'gateway.networking.k8s.io/v1alpha2'

export const gateway = (key: string, listeners: readonly Listener[], spec: Partial<Gateway['spec']> = {}): Gateway => ({
  apiVersion: V1,
  kind: 'Gateway',
  metadata: meta(key, 0),
  spec: { gatewayClassName: 'fairlead', listeners, ...spec },
})

export const http = (changes: Partial<Listener> = {}): Listener => ({
  name: 'http',
  port: 80,
  protocol: 'HTTP',
  ...changes,
})

export const https = (changes: Partial<Listener> = {}): Listener => ({
  name: 'https',
  port: 443,
  protocol: 'HTTPS',
  tls: { certificateRefs: [{ name: 'certificate' }] },
  ...changes,
})

export const listenerSet = (key: string, parent: string, listeners: readonly Listener[], age = 0): ListenerSet => ({
  apiVersion: V1,
  kind: 'ListenerSet',
  metadata: meta(key, age),
  spec: { parentRef: parentOf(parent), listeners },
})

const parentOf = (key: string): { readonly name: string; readonly namespace?: string } => {
  const { namespace, name } = splitKey(key)
  return { name, ...(namespace && { namespace }) }
}

type Spec<R extends { readonly spec: object }> = Partial<R['spec']>

export const httpRoute = (key: string, spec: Spec<HTTPRoute> = {}, age = 0): HTTPRoute => ({
  apiVersion: V1,
  kind: 'HTTPRoute',
  metadata: meta(key, age),
  spec: { parentRefs: [{ name: 'gw' }], rules: [rule('web')], ...spec },
})

/** A rule that sends to port 80 of a Service of the same namespace. */
export const rule = (service: string, more: Partial<HTTPRouteRule> = {}): HTTPRouteRule => ({
  backendRefs: [{ name: service, port: 80 }],
  ...more,
})

export const grpcRoute = (key: string, spec: Spec<GRPCRoute> = {}, age = 0): GRPCRoute => ({
  apiVersion: V1,
  kind: 'GRPCRoute',
  metadata: meta(key, age),
  spec: { parentRefs: [{ name: 'gw' }], rules: [{ backendRefs: [{ name: 'web', port: 80 }] }], ...spec },
})

export const tlsRoute = (key: string, spec: Spec<TLSRoute> = {}, age = 0): TLSRoute => ({
  apiVersion: V1,
  kind: 'TLSRoute',
  metadata: meta(key, age),
  spec: {
    parentRefs: [{ name: 'gw' }],
    hostnames: ['a.test'],
    rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
    ...spec,
  },
})

export const tcpRoute = (key: string, spec: Spec<TCPRoute> = {}, age = 0): TCPRoute => ({
  apiVersion: ALPHA,
  kind: 'TCPRoute',
  metadata: meta(key, age),
  spec: { parentRefs: [{ name: 'gw' }], rules: [{ backendRefs: [{ name: 'web', port: 80 }] }], ...spec },
})

export const udpRoute = (key: string, spec: Spec<UDPRoute> = {}, age = 0): UDPRoute => ({
  apiVersion: ALPHA,
  kind: 'UDPRoute',
  metadata: meta(key, age),
  spec: { parentRefs: [{ name: 'gw' }], rules: [{ backendRefs: [{ name: 'dns', port: 53 }] }], ...spec },
})

export const service = (
  key: string,
  ports: readonly ServicePort[] = [{ name: 'main', port: 80 }],
  spec: Service['spec'] = {},
): Service => ({ apiVersion: 'v1', kind: 'Service', metadata: meta(key, 0), spec: { ports, ...spec } })

export const secret = (key: string, chain = 'CERT', own = 'KEY'): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: meta(key, 0),
  type: 'kubernetes.io/tls',
  data: { 'tls.crt': data(chain), 'tls.key': data(own) },
})

export const configMap = (key: string, bundle: string | undefined = 'CA'): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: meta(key, 0),
  data: bundle === undefined ? {} : { 'ca.crt': bundle },
})

export const grant = (
  namespace: string,
  from: string,
  fromNamespace: string,
  to: { readonly group?: string; readonly kind: string; readonly name?: string },
): ReferenceGrant => ({
  apiVersion: V1,
  kind: 'ReferenceGrant',
  metadata: meta(`${namespace}/grant`, 0),
  spec: {
    from: [{ group: 'gateway.networking.k8s.io', kind: from, namespace: fromNamespace }],
    to: [{ group: '', ...to }],
  },
})

export const policy = (
  key: string,
  target: string,
  validation: Partial<BackendTLSPolicy['spec']['validation']> = {},
  age = 0,
): BackendTLSPolicy => {
  const [name = '', sectionName] = target.split(':')
  return {
    apiVersion: V1,
    kind: 'BackendTLSPolicy',
    metadata: meta(key, age),
    spec: {
      targetRefs: [{ group: '', kind: 'Service', name, ...(sectionName && { sectionName }) }],
      validation: {
        hostname: 'web.test',
        caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: 'authorities' }],
        ...validation,
      },
    },
  }
}
