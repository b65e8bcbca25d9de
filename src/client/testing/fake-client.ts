import type { ApiObject, Resource } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import type { Clock } from '#clock/clock.ts'
import { keyOf, objectKey } from '#objects/object-key.ts'
import type { JsonObject, JsonValue } from '#schema/json-value.ts'
import { applyJsonPatch } from '#schema/patch/json-patch.ts'
import { applyMergePatch } from '#schema/patch/merge-patch.ts'
import { applyStrategicMergePatch } from '#schema/patch/strategic/merge.ts'
import type { Client, DeleteOptions, List, ListOptions, PatchType, Watch, WatchEvent, WriteOptions } from '../client.ts'
import { type Change, FakeWatches } from './fake-watches.ts'
import { withOwners } from './field-owners.ts'
import { selection } from './object-selection.ts'
import { idOf, refusal, terminating } from './refusal.ts'

type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete'
type Loose = ApiObject & { readonly spec?: Record<string, unknown>; readonly status?: Record<string, unknown> }

export interface FakeClientOptions {
  readonly clock: Clock
  /** Pods that are bound stay, with a deletionTimestamp, until someone deletes them with grace 0, as a kubelet does. */
  readonly gracefulPodDeletion?: boolean
  /** Whether it is kept who wrote what: `metadata.managedFields`. */
  readonly hasOwners?: boolean
  /** Watch events come this much later than the write's answer; by default in the same tick. */
  readonly watchDelay?: () => Promise<void>
  /** Returning an error fails the call, before anything is written. */
  readonly fault?: (verb: Verb, resource: Resource, name: string, subresource: string) => Error | undefined
  /** Told after each write, when the storage has it and no watch has heard of it. */
  readonly onWrite?: (type: 'ADDED' | 'MODIFIED' | 'DELETED', resource: Resource, object: ApiObject) => void
}

/**
 * A Kubernetes API in memory, strict where controllers lean on it: versions, conflicts, status apart from spec,
 * finalizers, watches.
 */
export class FakeClient implements Client {
  readonly #options: FakeClientOptions
  readonly #tables = new Map<string, Map<string, ApiObject>>()
  readonly #watches: FakeWatches
  #version = 100
  #serial = 0

  constructor(options: FakeClientOptions) {
    this.#options = options
    this.#watches = new FakeWatches(options.watchDelay)
  }

  get resourceVersion(): string {
    return String(this.#version)
  }

  /** Everything of one resource, as stored now. */
  all<T extends ApiObject>(resource: Resource<T>): T[] {
    return [...this.#table(resource).values()] as T[]
  }

  /** Forgets the history, so that older watches get 410 Gone when they reconnect; `cut` also ends those that run. */
  compact(cut = true): void {
    this.#watches.forget()
    this.#version++
    if (cut) this.#watches.end(refusal(410, 'Expired', 'too old resource version'))
  }

  async get<T extends ApiObject>(resource: Resource<T>, name: string, options?: { namespace?: string }): Promise<T> {
    await this.#arrive('get', resource, name)
    return this.#find(resource, name, options?.namespace)
  }

  async list<T extends ApiObject>(resource: Resource<T>, options: ListOptions = {}): Promise<List<T>> {
    await this.#arrive('list', resource, '')
    const matches = selection(resource, options)
    return { items: this.all(resource).filter(matches), resourceVersion: String(this.#version) }
  }

  watch<T extends ApiObject>(
    resource: Resource<T>,
    options: ListOptions & { readonly resourceVersion: string },
    onEvent: (event: WatchEvent<T>) => void,
  ): Watch {
    const request = {
      resource: idOf(resource),
      from: Number(options.resourceVersion),
      matches: selection(resource, options),
      stored: () => this.all(resource),
      fault: this.#options.fault?.('watch', resource as unknown as Resource, '', ''),
      onEvent: onEvent as (event: WatchEvent<ApiObject>) => void,
    }
    return this.#watches.open(request, this.#version)
  }

  async create<T extends ApiObject>(resource: Resource<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const given = object.metadata ?? {}
    await this.#arrive('create', resource, given.name ?? given.generateName ?? '', options.subresource)
    if (options.subresource === 'binding') return this.#bind(resource, object, options)
    const namespace = resource.namespaced ? (given.namespace ?? options.namespace) : undefined
    if (resource.namespaced && !namespace) throw refusal(400, 'BadRequest', `${resource.plural}: no namespace given`)
    const home = this.#tables.get('namespaces')?.get(namespace ?? '')
    if (home?.metadata?.deletionTimestamp) throw terminating(resource, given.name ?? '', namespace!)
    const name = given.name || `${given.generateName}${(this.#serial++).toString(36).padStart(5, '0')}`
    const table = this.#table(resource)
    if (table.has(objectKey(namespace, name)))
      throw refusal(409, 'AlreadyExists', `${idOf(resource)} "${name}" already exists`)
    const created = {
      ...structuredClone(object),
      metadata: {
        ...structuredClone(given),
        name,
        ...(namespace ? { namespace } : {}),
        uid: `uid-${(this.#serial++).toString().padStart(6, '0')}`,
        generation: 1,
        creationTimestamp: timeText(this.#options.clock.now()),
      },
    }
    const defaulted = resource.plural === 'namespaces' ? { spec: { finalizers: ['kubernetes'] }, ...created } : created
    const made = this.#owned(resource, undefined, defaulted, options)
    return options.dryRun ? made : this.#store('ADDED', resource, made)
  }

  async update<T extends ApiObject>(resource: Resource<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const name = object.metadata?.name ?? ''
    await this.#arrive('update', resource, name, options.subresource)
    return this.#replace(resource, structuredClone(object), options)
  }

  async patch<T extends ApiObject>(
    resource: Resource<T>,
    name: string,
    type: PatchType,
    body: unknown,
    options: WriteOptions = {},
  ): Promise<T> {
    await this.#arrive('patch', resource, name, options.subresource)
    const current = this.#find(resource, name, options.namespace)
    const document = current as unknown as JsonObject
    const change = structuredClone(body)
    const patched =
      type === 'json'
        ? applyJsonPatch(document, change)
        : type === 'merge'
          ? applyMergePatch(document, change as JsonValue)
          : applyStrategicMergePatch(resource.message, document, change as JsonObject)
    return this.#replace(resource, patched as unknown as T, options)
  }

  async delete<T extends ApiObject>(resource: Resource<T>, name: string, options: DeleteOptions = {}): Promise<void> {
    await this.#arrive('delete', resource, name)
    const current = this.#find(resource, name, options.namespace) as unknown as Loose
    const meta = current.metadata!
    const { uid, resourceVersion } = options.preconditions ?? {}
    if ((uid && uid !== meta.uid) || (resourceVersion && resourceVersion !== meta.resourceVersion))
      throw refusal(409, 'Conflict', `${idOf(resource)} "${name}": the precondition does not hold`)
    const finalizers = new Set(meta.finalizers)
    if (options.propagationPolicy === 'Foreground') finalizers.add('foregroundDeletion')
    if (options.propagationPolicy === 'Orphan') finalizers.add('orphan')
    const bound = resource.kind === 'Pod' && current.spec?.nodeName !== undefined
    const asked = options.gracePeriodSeconds ?? (current.spec?.terminationGracePeriodSeconds as number) ?? 30
    const granted = meta.deletionTimestamp === undefined ? undefined : meta.deletionGracePeriodSeconds
    // A second request may shorten what the first one gave, never lengthen it.
    const grace = Math.min(asked, granted ?? asked)
    const waits = this.#options.gracefulPodDeletion === true && bound && grace > 0
    const held = resource.plural === 'namespaces' && ((current.spec?.finalizers as string[]) ?? []).length > 0
    if (finalizers.size === 0 && !waits && !held) {
      this.#store('DELETED', resource, current as unknown as T)
      return
    }
    const shorter = waits && granted !== undefined && grace < granted
    if (meta.deletionTimestamp && !shorter && finalizers.size === (meta.finalizers ?? []).length) return
    const at = timeText(this.#options.clock.now() + (waits ? grace * 1000 : 0))
    this.#store('MODIFIED', resource, {
      ...current,
      ...(held ? { status: { ...current.status, phase: 'Terminating' } } : {}),
      metadata: {
        ...meta,
        ...(finalizers.size > 0 ? { finalizers: [...finalizers] } : {}),
        deletionTimestamp: shorter ? at : (meta.deletionTimestamp ?? at),
        deletionGracePeriodSeconds: waits ? grace : 0,
      },
    } as unknown as T)
  }

  close(): void {
    this.#watches.end()
  }

  async #arrive(
    verb: Verb,
    resource: Pick<Resource, 'plural' | 'group'>,
    name: string,
    subresource = '',
  ): Promise<void> {
    await Promise.resolve()
    const error = this.#options.fault?.(verb, resource as Resource, name, subresource)
    if (error) throw error
  }

  #table(resource: Pick<Resource, 'group' | 'plural'>): Map<string, ApiObject> {
    const id = idOf(resource)
    const table = this.#tables.get(id) ?? new Map<string, ApiObject>()
    this.#tables.set(id, table)
    return table
  }

  #find<T extends ApiObject>(resource: Resource<T>, name: string, namespace?: string): T {
    const found = this.#table(resource).get(objectKey(resource.namespaced ? namespace : undefined, name))
    if (!found) throw refusal(404, 'NotFound', `${idOf(resource)} "${name}" not found`)
    return found as T
  }

  #replace<T extends ApiObject>(resource: Resource<T>, object: T, options: WriteOptions): T {
    const name = object.metadata?.name ?? ''
    const namespace = object.metadata?.namespace ?? options.namespace
    const current = this.#find(resource, name, namespace) as unknown as Loose
    const given = object as unknown as Loose
    if (given.metadata?.resourceVersion && given.metadata.resourceVersion !== current.metadata?.resourceVersion)
      throw refusal(409, 'Conflict', `${idOf(resource)} "${name}": the object has been modified; read it again`)
    if (given.metadata?.uid && given.metadata.uid !== current.metadata?.uid)
      throw refusal(409, 'Conflict', `${idOf(resource)} "${name}": the uid is another one`)
    const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation, resourceVersion } =
      current.metadata!
    const fixed = { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation, resourceVersion }
    const next: Loose =
      options.subresource === 'status' || options.subresource === 'approval'
        ? {
            ...current,
            status: given.status,
            metadata: { ...current.metadata, annotations: given.metadata?.annotations },
          }
        : options.subresource === 'finalize'
          ? { ...current, spec: given.spec }
          : {
              ...given,
              ...('status' in resource.message.fields ? { status: current.status } : {}),
              metadata: { ...given.metadata, ...fixed, name, ...(namespace ? { namespace } : {}) },
            }
    if (JSON.stringify(next) === JSON.stringify(current)) return current as unknown as T
    const specChanged =
      options.subresource !== 'status' && JSON.stringify(next.spec ?? null) !== JSON.stringify(current.spec ?? null)
    const bumped = {
      ...next,
      metadata: { ...next.metadata, ...(specChanged ? { generation: (generation ?? 1) + 1 } : {}) },
    } as unknown as T
    if (options.dryRun) return bumped
    const spec = (bumped as unknown as Loose).spec
    const released =
      deletionTimestamp !== undefined &&
      (bumped.metadata?.finalizers ?? []).length === 0 &&
      (deletionGracePeriodSeconds ?? 0) === 0 &&
      !(resource.plural === 'namespaces' && ((spec?.finalizers as string[]) ?? []).length > 0)
    const written = this.#owned(resource, current, bumped, options)
    return this.#store(released ? 'DELETED' : 'MODIFIED', resource, written)
  }

  #owned<T extends ApiObject>(resource: Resource<T>, before: ApiObject | undefined, next: T, options: WriteOptions): T {
    if (this.#options.hasOwners !== true) return next
    return withOwners(resource, before, next, options, timeText(this.#options.clock.now()))
  }

  #bind<T extends ApiObject>(resource: Resource<T>, object: ApiObject, options: WriteOptions): T {
    const binding = object as ApiObject & { target: { name: string } }
    const pod = this.#find(resource, binding.metadata?.name ?? '', options.namespace) as unknown as Loose
    if (pod.spec?.nodeName) throw refusal(409, 'Conflict', `pod ${pod.metadata?.name} is already assigned to a node`)
    const conditions = ((pod.status?.conditions ?? []) as { type: string }[]).filter(
      ({ type }) => type !== 'PodScheduled',
    )
    this.#store('MODIFIED', resource, {
      ...pod,
      spec: { ...pod.spec, nodeName: binding.target.name },
      status: { ...pod.status, conditions: [...conditions, { type: 'PodScheduled', status: 'True' }] },
    } as unknown as T)
    return { apiVersion: 'v1', kind: 'Status', status: 'Success' } as unknown as T
  }

  #store<T extends ApiObject>(type: Change['type'], resource: Resource<T>, object: T): T {
    const version = ++this.#version
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } } as T
    if (type === 'DELETED') this.#table(resource).delete(keyOf(stored))
    else this.#table(resource).set(keyOf(stored), stored)
    const change: Change = { version, resource: idOf(resource), type, object: stored }
    this.#watches.add(change)
    this.#options.onWrite?.(type, resource as unknown as Resource, stored)
    this.#watches.tell(change)
    return stored
  }
}
