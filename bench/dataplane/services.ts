import type { EndpointSlice, Service } from '#forwarding/forward-service.ts'

export type Families = 'ipv4' | 'dual'

export const ENDPOINTS = 3
export const SERVICE_PORT = 80
export const POD_PORT = 8080
/** 30,000 Services and those that are made meanwhile do not fit a /16. */
export const SERVICE_CIDRS = ['10.96.0.0/12', 'fd00:10:96::/112'] as const

const hex = (number: number) => number.toString(16)

export const clusterIp = (number: number, version: 4 | 6 = 4): string =>
  version === 4
    ? `10.${96 + ((number + 256) >> 16)}.${((number + 256) >> 8) & 255}.${(number + 256) & 255}`
    : `fd00:10:96::${number > 0xefff ? `${hex(number >> 16)}:` : ''}${hex((number & 0xffff) + 0x100)}`

/** Endpoint `index` of a Service; another `version` is another address, of which each is one Service's alone. */
export const endpointAddress = (number: number, index: number, version = 0, family: 4 | 6 = 4): string => {
  const pod = number * ENDPOINTS + index
  return family === 4
    ? `10.${128 + (version % 120)}.${(pod >> 8) & 255}.${pod & 255}`
    : `fd00:10:244:${hex(version % 120)}:${hex(pod >> 16)}::${hex((pod & 0xffff) + 1)}`
}

/** A Service of one port and three endpoints, as it comes out of the decoder. */
export const serviceOf = (number: number, families: Families): Service => {
  const clusterIPs = families === 'dual' ? [clusterIp(number), clusterIp(number, 6)] : [clusterIp(number)]
  return JSON.parse(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: 'bench', name: `s${number}`, creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: {
        type: 'ClusterIP',
        clusterIP: clusterIPs[0],
        clusterIPs,
        ipFamilies: families === 'dual' ? ['IPv4', 'IPv6'] : ['IPv4'],
        ports: [{ name: 'http', port: SERVICE_PORT, protocol: 'TCP', targetPort: POD_PORT }],
        selector: { app: `s${number}` },
      },
    }),
  ) as Service
}

/** Its slices. With a `version` the last of the three endpoints is another one. */
export const slicesOf = (number: number, families: Families, version = 0): readonly EndpointSlice[] =>
  (families === 'dual' ? ([4, 6] as const) : ([4] as const)).map(
    (family) =>
      JSON.parse(
        JSON.stringify({
          apiVersion: 'discovery.k8s.io/v1',
          kind: 'EndpointSlice',
          metadata: { namespace: 'bench', name: `s${number}-${family}` },
          addressType: `IPv${family}`,
          endpoints: Array.from({ length: ENDPOINTS }, (_, index) => ({
            addresses: [endpointAddress(number, index, index === ENDPOINTS - 1 ? version : 0, family)],
            nodeName: `n${(number + index) % 50}`,
            conditions: { ready: true, serving: true, terminating: false },
          })),
          ports: [{ name: 'http', protocol: 'TCP', port: POD_PORT }],
        }),
      ) as EndpointSlice,
  )
