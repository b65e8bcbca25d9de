import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { namespaces } from '#api/core/namespace/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { gateways } from '#api/gatewayapi/gateway/resource.ts'
import { gatewayClasses } from '#api/gatewayapi/gatewayclass/resource.ts'
import { httpRoutes } from '#api/gatewayapi/httproute/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { systemClock } from '#clock/clock.ts'
import { GATEWAY_CONTROLLER } from '#routes/data-plane.ts'
import { GATEWAY_ANNOTATION, MANAGED_LABELS } from '#routes/site-service.ts'
import { Driver } from '../../src/gateway/driver.ts'
import { endHaproxy, PROGRAM, startHaproxy, until } from './haproxy-under-test.ts'

const V1 = 'gateway.networking.k8s.io/v1'
export const BIND = 18_080

/** A driver over an API in memory, and its HAProxy. The Gateway `shop/gw` listens for HTTP at BIND. */
export class DriverUnderTest {
  readonly folder = mkdtempSync(join(tmpdir(), 'gateway-'))
  readonly client = new FakeClient({ clock: systemClock })
  readonly applied: (readonly [string, number])[] = []
  readonly computed: number[] = []
  /** Called when routes have been computed, before a proxy gets them. */
  onComputed = (): void => {}
  readonly errors: string[] = []
  #leaving = new AbortController()
  driver: Driver

  private constructor(t: TestContext) {
    this.driver = this.#drive()
    t.after(() => {
      this.#leaving.abort()
      rmSync(this.folder, { recursive: true, force: true })
    })
  }

  static async start(t: TestContext, prepare: (under: DriverUnderTest) => Promise<void> = async () => {}) {
    const under = new DriverUnderTest(t)
    const { client } = under
    await client.create(namespaces, named('v1', 'Namespace', 'shop') as never)
    await client.create(gatewayClasses, {
      ...named(V1, 'GatewayClass', 'fairlead'),
      spec: { controllerName: GATEWAY_CONTROLLER },
    } as never)
    await under.gateway([{ name: 'http', port: 80, protocol: 'HTTP' }])
    await prepare(under)
    const master = await startHaproxy(join(under.folder, 'run'))
    t.after(() => endHaproxy(master))
    await until(() => under.driver.proxy.isServing)
    return under
  }

  #drive(): Driver {
    return new Driver({
      client: this.client,
      folder: join(this.folder, 'run'),
      draftFolder: join(this.folder, 'draft'),
      program: PROGRAM,
      clock: systemClock,
      random: Math.random,
      signal: this.#leaving.signal,
      families: ['IPv4'],
      proxyOptions: {
        program: join(import.meta.dirname, '../../src/dataplane/haproxy/lua/gateway.lua'),
        threads: 2,
        families: ['IPv4'],
        maxConnections: 1_000,
        metricsBind: '127.0.0.1:19080',
        hardStopAfterMs: 10_000,
      },
      onApplied: (what, ms) => this.applied.push([what, ms]),
      onComputed: (ms) => {
        this.computed.push(ms)
        this.onComputed()
      },
      onError: (error, what) => this.errors.push(`${what}: ${error}`),
    })
  }

  driveAgain(): void {
    this.#leaving.abort()
    this.#leaving = new AbortController()
    this.driver = this.#drive()
  }

  /** With the Service that has its addresses: port N is bound at BIND - 80 + N. */
  async gateway(
    listeners: readonly { readonly name: string; readonly port: number; readonly [field: string]: unknown }[],
    more: object = {},
  ) {
    const spec = { gatewayClassName: 'fairlead', listeners, ...more }
    await this.put(gateways, { ...named(V1, 'Gateway', 'gw', 'shop'), spec } as ApiObject)
    const ports = [...new Set(listeners.map(({ port }) => port))].map((port) => ({
      name: `tcp-${port}`,
      port,
      protocol: 'TCP' as const,
      targetPort: BIND - 80 + port,
    }))
    const service: Service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'fairlead-gateway-shop-gw',
        namespace: 'kube-system',
        labels: MANAGED_LABELS,
        annotations: { [GATEWAY_ANNOTATION]: 'shop/gw' },
      },
      spec: { ports },
    }
    await this.put(services, service)
  }

  /** A Service with one port, and its endpoints on loopback. */
  async service(name: string, ports: readonly number[]): Promise<void> {
    await this.put(services, {
      ...named('v1', 'Service', name, 'shop'),
      spec: { ports: [{ name: 'web', port: 80, protocol: 'TCP' }] },
    } as Service)
    await this.endpoints(name, ports)
  }

  /** Of a certificate and its key, one after the other. */
  async secret(name: string, pem: string, namespace = 'shop'): Promise<void> {
    const at = pem.indexOf('-----BEGIN PRIVATE KEY')
    const base64 = (text: string): string => Buffer.from(text).toString('base64')
    const data = { 'tls.crt': base64(pem.slice(0, at)), 'tls.key': base64(pem.slice(at)) }
    await this.put(secrets, { ...named('v1', 'Secret', name, namespace), type: 'kubernetes.io/tls', data } as ApiObject)
  }

  /** One slice for each endpoint: on loopback they differ by port. */
  async endpoints(name: string, ports: readonly number[]): Promise<void> {
    const wanted = ports.map(
      (port): EndpointSlice => ({
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: `${name}-${port}`, namespace: 'shop', labels: { 'kubernetes.io/service-name': name } },
        addressType: 'IPv4',
        ports: [{ name: 'web', port, protocol: 'TCP' }],
        endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true } }],
      }),
    )
    const there = this.client
      .all(endpointSlices)
      .filter(({ metadata }) => metadata?.labels?.['kubernetes.io/service-name'] === name)
    for (const slice of wanted) await this.put(endpointSlices, slice)
    for (const { metadata } of there)
      if (!wanted.some((one) => one.metadata?.name === metadata?.name))
        await this.client.delete(endpointSlices, metadata!.name!, { namespace: 'shop' })
  }

  async route(name: string, hostname: string, rules: readonly object[]): Promise<void> {
    await this.put(httpRoutes, {
      ...named(V1, 'HTTPRoute', name, 'shop'),
      spec: { parentRefs: [{ name: 'gw' }], hostnames: [hostname], rules },
    } as never)
  }

  async put(resource: { readonly kind: string }, object: ApiObject): Promise<void> {
    const { name = '', namespace } = object.metadata ?? {}
    const options = namespace === undefined ? {} : { namespace }
    const found = this.client
      .all(resource as never)
      .find((one: ApiObject) => one.metadata?.name === name && one.metadata?.namespace === namespace) as
      | ApiObject
      | undefined
    if (!found) await this.client.create(resource as never, object as never, options)
    else
      await this.client.update(
        resource as never,
        { ...object, metadata: { ...object.metadata, resourceVersion: found.metadata?.resourceVersion } } as never,
        options,
      )
  }
}

export const toService = (name: string, more: object = {}): object => ({ backendRefs: [{ name, port: 80 }], ...more })

const named = (apiVersion: string, kind: string, name: string, namespace?: string): ApiObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace && { namespace }) },
})
