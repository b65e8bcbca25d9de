import { namespaces } from '#api/core/namespace/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { gateways } from '#api/gatewayapi/gateway/resource.ts'
import { httpRoutes } from '#api/gatewayapi/httproute/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import type { Client } from '#client/client.ts'

const NAMESPACE = 'bench'
const V1 = 'gateway.networking.k8s.io/v1'
const SERVICES = 50
/** Where the bench's servers listen, each of which says its port: two for each Service, which has one of them at a time. */
export const SERVER_PORTS: readonly number[] = Array.from({ length: 2 * SERVICES }, (_, index) => 19_001 + index)

/** Those that Services have at first. */
export const SERVICE_PORTS = SERVER_PORTS.slice(0, SERVICES)

export const hostOf = (route: number): string => `h${route}.bench.test`
/** The Service that a route has at first. */
export const serviceOf = (route: number): number => route % SERVICES
/** The server that a Service has at first. */
export const portOf = (service: number): number => SERVER_PORTS[service]!
const nextPort = (port: number): number => SERVER_PORTS[(SERVER_PORTS.indexOf(port) + SERVICES) % SERVER_PORTS.length]!

export const to = (service: number, weight = 1): object => ({ name: `s${service}`, port: 80, weight })

/** A Gateway, 50 Services of one endpoint each, and routes to them, each with a host of its own. */
export class GatewayObjects {
  readonly #client: Client
  readonly #address: string
  /** The port of each Service's server. */
  readonly #ports = [...SERVICE_PORTS]

  /** `address`: where the servers are. */
  constructor(client: Client, address: string) {
    this.#client = client
    this.#address = address
  }

  async make(routes: number): Promise<void> {
    await this.#create(namespaces as never, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
    const listeners = [{ name: 'http', port: 80, protocol: 'HTTP' }]
    await this.#create(gateways as never, this.#named(V1, 'Gateway', 'gw', { gatewayClassName: 'fairlead', listeners }))
    for (const [service, port] of this.#ports.entries()) {
      const ports = [{ name: 'http', port: 80, protocol: 'TCP' }]
      await this.#create(services as never, this.#named('v1', 'Service', `s${service}`, { ports }))
      await this.#create(
        endpointSlices as never,
        {
          apiVersion: 'discovery.k8s.io/v1',
          kind: 'EndpointSlice',
          metadata: {
            name: `s${service}`,
            namespace: NAMESPACE,
            labels: { 'kubernetes.io/service-name': `s${service}` },
          },
          addressType: 'IPv4',
          ...this.#served(port),
        } as ApiObject,
      )
    }
    for (let route = 0; route < routes; route++) await this.addRoute(`r${route}`, hostOf(route), serviceOf(route))
  }

  async addRoute(name: string, host: string, service: number): Promise<void> {
    await this.#create(
      httpRoutes as never,
      this.#named(V1, 'HTTPRoute', name, {
        parentRefs: [{ name: 'gw' }],
        hostnames: [host],
        rules: [{ backendRefs: [to(service)] }],
      }),
    )
  }

  async removeRoute(name: string): Promise<void> {
    await this.#client.delete(httpRoutes, name, { namespace: NAMESPACE })
  }

  async setRules(name: string, rules: readonly object[]): Promise<void> {
    await this.#client.patch(httpRoutes, name, 'merge', { spec: { rules } } as never, { namespace: NAMESPACE })
  }

  /** What a Service's server answers. */
  answerOf(service: number): string {
    return String(this.#ports[service])
  }

  /** Another server for a Service. */
  async moveEndpoint(service: number): Promise<void> {
    const port = nextPort(this.#ports[service]!)
    this.#ports[service] = port
    const scope = { namespace: NAMESPACE }
    await this.#client.patch(endpointSlices, `s${service}`, 'merge', this.#served(port) as never, scope)
  }

  #served(port: number): object {
    const endpoints = [{ addresses: [this.#address], conditions: { ready: true } }]
    return { endpoints, ports: [{ name: 'http', port, protocol: 'TCP' }] }
  }

  #named(apiVersion: string, kind: string, name: string, spec: object): ApiObject {
    return { apiVersion, kind, metadata: { name, namespace: NAMESPACE }, spec } as ApiObject
  }

  async #create(resource: Resource, object: ApiObject): Promise<void> {
    const { namespace } = object.metadata ?? {}
    await this.#client.create(resource, object, namespace === undefined ? {} : { namespace })
  }

  /** Where the Gateway is reached; undefined as long as nobody has said so. */
  async gatewayAddress(): Promise<string | undefined> {
    const { status } = (await this.#client.get(gateways, 'gw', { namespace: NAMESPACE })) as {
      readonly status?: { readonly addresses?: readonly { readonly value: string }[] }
    }
    return status?.addresses?.map(({ value }) => value).find((value) => !value.includes(':'))
  }
}
