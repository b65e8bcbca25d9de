import type { Endpoint, EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { SERVICE_NAME_LABEL } from '#objects/well-known.ts'

export type Family = 'IPv4' | 'IPv6'

/** An address and port that a backend's requests may go to. */
export interface BackendEndpoint {
  readonly address: string
  readonly port: number
  /** Terminating, and yet serving: it keeps those who must come back to it. */
  readonly isLeaving?: boolean
}

/** The key of the Service whose endpoints a slice has; undefined where it has nobody's. */
export const serviceOf = ({ metadata }: EndpointSlice): string | undefined => {
  const name = metadata?.labels?.[SERVICE_NAME_LABEL]
  return name ? `${metadata?.namespace}/${name}` : undefined
}

/**
 * Where requests for a Service's port may go, by the name that its slices call the port by. Of those that have addresses
 * of both families each is taken once: by the first family of these that any slice has.
 */
export const endpointsOf = (
  slices: readonly EndpointSlice[],
  portName: string,
  families: readonly Family[],
  wanted: 'TCP' | 'UDP' = 'TCP',
): readonly BackendEndpoint[] => {
  const family = families.find((one) =>
    slices.some(({ addressType, endpoints }) => addressType === one && endpoints?.length),
  )
  return slices
    .filter(({ addressType }) => addressType === family)
    .flatMap(({ ports = [], endpoints = [] }) =>
      ports
        .filter(({ name = '', protocol = 'TCP' }) => name === portName && protocol === wanted)
        .flatMap(({ port }) => (port === undefined ? [] : endpoints.flatMap((endpoint) => endpointAt(endpoint, port)))),
    )
}

/** One that terminates and still serves keeps those who must come back to it. */
const endpointAt = ({ addresses, conditions = {} }: Endpoint, port: number): readonly BackendEndpoint[] => {
  const [address] = addresses ?? []
  const isReady = conditions.ready ?? true
  const isLeaving = !isReady && conditions.serving === true && conditions.terminating === true
  if (address === undefined || (!isReady && !isLeaving)) return []
  return [{ address, port, ...(isLeaving && { isLeaving }) }]
}
