import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { leases } from '#api/coordination/lease/resource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import type { Event } from '#api/core/event/message.ts'
import { events } from '#api/core/event/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { persistentVolumes } from '#api/core/persistentvolume/resource.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { serviceAccounts } from '#api/core/serviceaccount/resource.ts'
import { runtimeClasses } from '#api/node/runtimeclass/resource.ts'
import { storageClasses } from '#api/storage/storageclass/resource.ts'
import type { Client } from '#client/client.ts'
import { Informers, writeThrough } from '#client/informer.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { type Clock, systemClock } from '#clock/clock.ts'
import { type Kubelet, type KubeletOptions, startKubelet } from '../kubelet.ts'
import { cachedStore } from '../object-store.ts'
import { eventually, lookFor } from './eventually.ts'
import { FakeMounter } from './fake-mounter.ts'
import { FakeNetwork, loopbackDialer } from './fake-network.ts'
import { FakeRuntime } from './fake-runtime.ts'

export const resources = {
  ...{ pods, nodes, events, services, configMaps, secrets, serviceAccounts, leases },
  ...{ claims: persistentVolumeClaims, volumes: persistentVolumes, storageClasses },
}

/** TokenRequest answers with another kind than its resource's: the API in memory does not know it. */
const withTokens = (client: Client, clock: Clock): { readonly client: Client; readonly asked: unknown[] } => {
  const asked: unknown[] = []
  const create: Client['create'] = async (kind, object, options) => {
    if (options?.subresource !== 'token') return await client.create(kind, object, options)
    asked.push(object)
    const life = (object as unknown as { spec: { expirationSeconds: number } }).spec.expirationSeconds * 1000
    const expirationTimestamp = new Date(clock.now() + life).toISOString()
    return { ...object, status: { token: `token-${asked.length}`, expirationTimestamp } } as never
  }
  return {
    asked,
    client: {
      create,
      get: (...args) => client.get(...args),
      list: (...args) => client.list(...args),
      watch: (...args) => client.watch(...args),
      update: (...args) => client.update(...args),
      patch: (...args) => client.patch(...args),
      delete: (...args) => client.delete(...args),
      close: () => client.close(),
    },
  }
}

/** One node's kubelet between an API in memory, containers in memory and addresses without links. */
export class FakeCluster {
  readonly clock: Clock
  readonly api: FakeClient
  readonly client: Client
  readonly runtime: FakeRuntime
  readonly network = new FakeNetwork()
  readonly mounter = new FakeMounter()
  readonly stateDir = mkdtempSync(join(tmpdir(), 'kubelet-test-'))
  readonly logged: string[] = []
  readonly tokens: readonly unknown[]
  readonly #stop = new AbortController()
  readonly #informers: Informers
  kubelet!: Kubelet

  constructor(clock: Clock = systemClock) {
    this.clock = clock
    this.runtime = new FakeRuntime(clock)
    this.api = new FakeClient({ clock, gracefulPodDeletion: true })
    const { client, asked } = withTokens(this.api, clock)
    this.tokens = asked
    this.#informers = new Informers(client, { clock, random: Math.random, signal: this.#stop.signal })
    this.client = writeThrough(client, this.#informers)
  }

  /** A kubelet; a second call is a restart: the first is to be stopped before. */
  async start(options: Partial<KubeletOptions> = {}): Promise<Kubelet> {
    this.kubelet = startKubelet({
      node: {
        name: 'n1',
        addresses: ['172.30.0.2', 'fd00:172:30::2'],
        podCidrs: ['10.244.1.0/24', 'fd00:10:244:1::/64'],
      },
      client: this.client,
      resources,
      pods: this.#informers.for(pods),
      nodes: this.#informers.for(nodes),
      services: this.#informers.for(services),
      runtimeClasses: this.#informers.for(runtimeClasses),
      configMaps: cachedStore(this.#informers.for(configMaps), this.client, configMaps),
      secrets: cachedStore(this.#informers.for(secrets), this.client, secrets),
      runtime: this.runtime,
      network: this.network,
      mounter: this.mounter,
      dialer: loopbackDialer,
      stateDir: this.stateDir,
      clusterDns: ['10.96.0.10', 'fd00:10:96::a'],
      clusterDomain: 'cluster.local',
      clock: this.clock,
      log: (message, error) => this.logged.push(`${message} ${error instanceof Error ? error.message : ''}`),
      ...options,
    })
    await this.kubelet.registered
    await this.kubelet.synced
    return this.kubelet
  }

  async pod(name: string, spec: Partial<NonNullable<Pod['spec']>>, metadata: Pod['metadata'] = {}): Promise<Pod> {
    return await this.client.create(resources.pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', ...metadata },
      spec: {
        nodeName: 'n1',
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 30,
        ...spec,
        containers: spec.containers ?? [],
      },
      status: { phase: 'Pending' },
    })
  }

  async get(name: string): Promise<Pod> {
    return await this.client.get(resources.pods, name, { namespace: 'default' })
  }

  /** The pod, once `accept` holds of it; the error shows the last status. */
  async until(name: string, accept: (pod: Pod) => boolean): Promise<Pod> {
    let pod: Pod | undefined
    return await lookFor(
      async () => {
        pod = await this.get(name)
        return accept(pod) ? pod : undefined
      },
      () => `pod ${name} did not get there: ${JSON.stringify(pod?.status)} ${this.logged.join('; ')}`,
    )
  }

  async gone(name: string): Promise<void> {
    const isThere = () => this.api.all(resources.pods).some(({ metadata }) => metadata?.name === name)
    await eventually(`pod ${name} is gone`, () => !isThere())
  }

  /** The Events of that reason that are there now. */
  told(reason: string): readonly Event[] {
    return this.api.all(resources.events).filter((event) => event.reason === reason)
  }

  /** The Events of that reason, waited for: they come a moment after what they tell. */
  async events(reason: string): Promise<readonly Event[]> {
    await eventually(`an Event ${reason}`, () => this.told(reason).length > 0)
    return this.told(reason)
  }

  async close(): Promise<void> {
    await this.kubelet.stop()
    this.#stop.abort()
    rmSync(this.stateDir, { recursive: true, force: true })
  }
}
