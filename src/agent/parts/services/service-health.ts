import type { ServerResponse } from 'node:http'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { type NamespacedName, objectKey, splitKey } from '#objects/object-key.ts'
import { type HttpListener, type HttpListenerOptions, listenHttp } from '../../http/http-listener.ts'
import { healthCheckPort, localEndpoints } from './health-check.ts'

interface ServiceHealthOptions extends Pick<HttpListenerOptions, 'listen' | 'clock'> {
  readonly node: { readonly name: string; readonly addresses: readonly string[] }
  /** Of the node's proxy, whatever becomes of the node. */
  readonly isHealthy: () => boolean
  /** The port of a Service could not be had; it is tried again. Told once for each address. */
  readonly onFault: (service: string, message: string) => void
}

interface Entry {
  readonly port: number
  readonly families: readonly IpFamily[]
  readonly listeners: readonly HttpListener[]
  counts: Readonly<Record<IpFamily, number>>
}

const familyOf = (address: string): IpFamily => (address.includes(':') ? 'IPv6' : 'IPv4')

const familiesOf = ({ spec }: Service): readonly IpFamily[] => {
  const clusterIps = spec?.clusterIPs?.length ? spec.clusterIPs : [spec?.clusterIP ?? '']
  return [...new Set(clusterIps.map(familyOf))]
}

/**
 * The answer, in kube-proxy's words (pkg/proxy/healthcheck): 200 only where there is an endpoint and rules that lead to
 * it.
 */
const answer = (response: ServerResponse, key: string, count: number, healthy: boolean): void => {
  const { namespace, name } = splitKey(key)
  const body = { service: { namespace, name }, localEndpoints: count, serviceProxyHealthy: healthy }
  response.writeHead(count > 0 && healthy ? 200 : 503, {
    'Content-Type': 'application/json',
    'X-Content-Type-Options': 'nosniff',
    'X-Load-Balancing-Endpoint-Weight': String(count),
  })
  response.end(JSON.stringify(body, null, '\t'))
}

/**
 * The health check servers of one node: a Service's port on each of the node's addresses whose family the Service has,
 * and there the endpoints of that family.
 */
export class ServiceHealth {
  readonly #options: ServiceHealthOptions
  readonly #entries = new Map<string, Entry>()

  constructor(options: ServiceHealthOptions) {
    this.#options = options
  }

  /** As ServiceListener: a Service or its slices are new, changed, or gone. */
  serviceChanged(
    { namespace, name }: NamespacedName,
    service: Service | undefined,
    slices: readonly EndpointSlice[],
  ): void {
    const key = objectKey(namespace, name)
    const port = healthCheckPort(service)
    const before = this.#entries.get(key)
    if (port === undefined || service === undefined) {
      if (before) this.#close(key, before)
      return
    }
    const families = familiesOf(service)
    const node = this.#options.node.name
    const counts = { IPv4: localEndpoints(slices, node, 'IPv4'), IPv6: localEndpoints(slices, node, 'IPv6') }
    if (before && before.port === port && before.families.join() === families.join()) {
      before.counts = counts
      return
    }
    if (before) this.#close(key, before)
    this.#entries.set(key, this.#open(key, port, families, counts))
  }

  /** Ports that cannot be served, in words. */
  get refused(): readonly string[] {
    return [...this.#entries].flatMap(([key, { port, listeners }]) =>
      listeners.flatMap(({ refused }) =>
        [...refused].map(
          ([address, { message }]) => `healthCheckNodePort ${port} of ${key} is not served on ${address}: ${message}`,
        ),
      ),
    )
  }

  close(): void {
    for (const [key, entry] of this.#entries) this.#close(key, entry)
  }

  #open(key: string, port: number, families: readonly IpFamily[], counts: Entry['counts']): Entry {
    const { node, listen, clock, isHealthy, onFault } = this.#options
    const listeners = families.map((family) =>
      listenHttp({
        addresses: node.addresses.filter((address) => familyOf(address) === family),
        port,
        listen,
        clock,
        handler: (_, response) => answer(response, key, entry.counts[family], isHealthy()),
        onError: (address, error) =>
          onFault(
            key,
            `${node.name} cannot serve healthCheckNodePort ${port} on ${address}: ${error.message}; load balancers take the node for unhealthy. It is tried again: free the port there`,
          ),
      }),
    )
    const entry: Entry = { port, families, listeners, counts }
    return entry
  }

  #close(key: string, entry: Entry): void {
    for (const listener of entry.listeners) listener.close()
    this.#entries.delete(key)
  }
}
