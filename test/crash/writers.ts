import assert from 'node:assert/strict'
import type { ConfigMap } from '#api/core/configmap/message.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { ApiError, type Client, isConflict } from '#client/client.ts'
import type { Ledger } from './ledger.ts'

const NAMESPACE = 'default'
const scope = { namespace: NAMESPACE }

/** What a writer was told, or not, of its object. */
interface Told {
  /** The latest that was answered; undefined: it is not there. */
  readonly state: ApiObject | undefined
  /** Asked for, and not answered. */
  readonly unanswered: 'deletion' | 'write' | undefined
}

/** Made of what is there, as far as was told. */
type Next = (state: ApiObject | undefined) => {
  readonly deletes: boolean
  /** Gives the new state, where there is one. */
  readonly run: (client: Client) => Promise<ApiObject | undefined>
}

/** One after the other, at one object that no other writer touches. */
class Writer {
  readonly resource: Resource
  readonly name: string
  readonly #next: Next
  #told: Told = { state: undefined, unanswered: undefined }
  answered = 0

  constructor(resource: Resource, name: string, next: Next) {
    this.resource = resource
    this.name = name
    this.#next = next
  }

  /** Until the server is gone. */
  async work(client: Client, onAnswer: () => void): Promise<void> {
    for (;;) {
      const { deletes, run } = this.#next(this.#told.state)
      try {
        const state = await run(client)
        this.#told = { state, unanswered: undefined }
        this.answered++
        onAnswer()
      } catch (error) {
        // Refused: nothing has happened.
        if (error instanceof ApiError) {
          if (error.status.code === 422 || error.status.code === 409) continue
          throw error
        }
        this.#told = { ...this.#told, unanswered: deletes ? 'deletion' : 'write' }
        return
      }
    }
  }

  /** What it was told is there; of what it was not told, all or nothing. */
  check(ledger: Ledger): void {
    const found = ledger.stateOf(this.resource, `${NAMESPACE}/${this.name}`)
    const { state, unanswered } = this.#told
    const what = `${this.resource.plural} ${this.name}, with ${unanswered ?? 'nothing'} unanswered`
    if (versionOf(found) !== versionOf(state)) {
      if (unanswered === undefined) assert.deepEqual(found, state, what)
      else if (unanswered === 'deletion') assert.equal(found, undefined, what)
      else assert.ok(found !== undefined && versionOf(found) > versionOf(state), what)
    } else if (state !== undefined) assert.deepEqual(found, state, what)
    this.#told = { state: found, unanswered: undefined }
  }
}

const versionOf = (object: ApiObject | undefined): number => Number(object?.metadata?.resourceVersion ?? 0)

type Random = (below: number) => number

const configMapWriter = (index: number, random: Random): Writer => {
  let count = 0
  const name = `map-${index}`
  const labels = (): Record<string, string> => ({ half: random(2) === 0 ? 'left' : 'right' })
  return new Writer(configMaps as Resource, name, (state) => {
    const object = (): ConfigMap => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: NAMESPACE, labels: labels() },
      data: { count: String(++count), text: 'x'.repeat(random(600)) },
    })
    if (state === undefined) return { deletes: false, run: (client) => client.create(configMaps, object()) }
    switch (random(4)) {
      case 0:
        return { deletes: true, run: (client) => client.delete(configMaps, name, scope).then(() => undefined) }
      case 1:
        return { deletes: false, run: (client) => client.update(configMaps, object()) }
      default: {
        const patch = { metadata: { labels: labels() }, data: { count: String(++count) } }
        return { deletes: false, run: (client) => client.patch(configMaps, name, 'merge', patch, scope) }
      }
    }
  })
}

const TYPES = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'] as const

/** Takes addresses and ports, also such as another may have, and gives them back in each way that there is. */
const serviceWriter = (index: number, random: Random): Writer => {
  const name = `service-${index}`
  const specOf = (type: (typeof TYPES)[number]): Service['spec'] =>
    type === 'ExternalName'
      ? { type, externalName: 'example.com' }
      : {
          type,
          ipFamilyPolicy: (['SingleStack', 'PreferDualStack'] as const)[random(2)],
          selector: { app: name },
          ports: [
            { port: 80, ...(type !== 'ClusterIP' && random(2) === 0 ? { nodePort: 30_000 + random(8) } : {}) },
            ...(random(2) === 0 ? [] : [{ name: 'b', port: 81 }]),
          ].map((port, at) => ({ name: `p-${at}`, ...port })),
          ...(type !== 'ClusterIP' || random(3) > 0 ? {} : { clusterIP: `10.96.0.${2 + random(8)}` }),
        }
  return new Writer(services as Resource, name, (state) => {
    const service: Service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: NAMESPACE },
      spec: specOf(TYPES[random(4)]!),
    }
    if (state === undefined) return { deletes: false, run: (client) => client.create(services, service) }
    if (random(3) === 0)
      return { deletes: true, run: (client) => client.delete(services, name, scope).then(() => undefined) }
    const to = TYPES[random(4)]!
    const patch = {
      spec:
        to === 'ExternalName'
          ? { type: to, externalName: 'example.com', clusterIP: null, clusterIPs: null }
          : { type: to, externalName: null, ports: [{ name: 'p-0', port: 80 }] },
    }
    return { deletes: false, run: (client) => client.patch(services, name, 'merge', patch, scope) }
  })
}

/** One number that several count up at once, each from what it has read: a lost update would be seen in it. */
class Counter {
  readonly #name = 'counter'
  #answered = 0
  #unanswered = 0

  async work(client: Client): Promise<void> {
    for (;;) {
      try {
        const before = await client.get(configMaps, this.#name, scope)
        this.#unanswered++
        await client.update(configMaps, { ...before, data: { count: String(Number(before.data!.count) + 1) } })
        this.#unanswered--
        this.#answered++
      } catch (error) {
        if (!(error instanceof ApiError)) return
        if (!isConflict(error)) throw error
        this.#unanswered--
      }
    }
  }

  async begin(client: Client): Promise<void> {
    await client.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: this.#name, namespace: NAMESPACE },
      data: { count: '0' },
    })
  }

  check(ledger: Ledger): void {
    const count = Number((ledger.stateOf(configMaps, `${NAMESPACE}/${this.#name}`) as ConfigMap).data!.count)
    assert.ok(count >= this.#answered && count <= this.#answered + this.#unanswered, `the counter is at ${count}`)
    this.#answered = count
    this.#unanswered = 0
  }
}

/** All that writes to a server, until it is gone. */
export class Writers {
  readonly #writers: readonly Writer[]
  readonly #counter = new Counter()
  #enough = Promise.withResolvers<void>()

  constructor(random: Random) {
    this.#writers = [
      ...Array.from({ length: 6 }, (_, index) => configMapWriter(index, random)),
      ...Array.from({ length: 6 }, (_, index) => serviceWriter(index, random)),
    ]
  }

  /** How many writes were answered. */
  get answered(): number {
    return this.#writers.reduce((sum, { answered }) => sum + answered, 0)
  }

  /** Resolves when as many were answered as work() was asked for, or none will be. */
  get enough(): Promise<void> {
    return this.#enough.promise
  }

  begin(client: Client): Promise<void> {
    return this.#counter.begin(client)
  }

  /** Until the server is gone, which it may be after so many answers. */
  async work(client: Client, answers: number): Promise<void> {
    this.#enough = Promise.withResolvers()
    const wanted = this.answered + answers
    const onAnswer = (): void => {
      if (this.answered >= wanted) this.#enough.resolve()
    }
    onAnswer()
    const racing = Array.from({ length: 3 }, () => this.#counter.work(client))
    try {
      await Promise.all([...this.#writers.map((writer) => writer.work(client, onAnswer)), ...racing])
    } finally {
      this.#enough.resolve()
    }
  }

  check(ledger: Ledger): void {
    for (const writer of this.#writers) writer.check(ledger)
    this.#counter.check(ledger)
  }
}
