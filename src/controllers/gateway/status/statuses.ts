import { ingresses } from '#api/networking/ingress/resource.ts'
import { ingressClasses } from '#api/networking/ingressclass/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import { isLeaving } from '#objects/deletion.ts'
import { objectKey } from '#objects/object-key.ts'
import type { WantedStatus } from '#routes/routes.ts'
import type { Origin } from '#routes/table/origin.ts'
import { remembered } from '#routes/values/remembered.ts'
import type { ControllerContext } from '../../context.ts'
import { sameValue } from '../../values/equal.ts'
import { FIELD_MANAGER } from '../field-manager.ts'
import type { GatewayCaches } from '../reading/caches.ts'
import { mergedStatus } from './desired-status.ts'
import { withoutOurs } from './without-ours.ts'

type WithStatus = ApiObject & { readonly status?: Readonly<Record<string, unknown>> }
interface Found {
  readonly resource: Resource
  readonly object: WithStatus
}

/** `HTTPRoute shop/cart`. */
export const idOf = (kind: string, key: string): string => `${kind} ${key}`
export const idOfOrigin = ({ kind, namespace, name }: Origin): string => idOf(kind, objectKey(namespace, name))

/** The statuses of gateways, routes and Ingresses: our part of each is as routing says. */
export class Statuses {
  readonly #context: ControllerContext
  readonly #kinds: GatewayCaches
  #wanted: ReadonlyMap<string, WantedStatus> = new Map()

  constructor(context: ControllerContext, kinds: GatewayCaches) {
    this.#context = context
    this.#kinds = kinds
  }

  /** From now on these should stand. Gives the ids of the objects whose status may have to be written. */
  set(statuses: readonly WantedStatus[]): readonly string[] {
    const before = this.#wanted
    const wanted = new Map(statuses.map((one) => [idOfWish(one), one]))
    this.#wanted = wanted
    const ids: string[] = []
    for (const [id, one] of wanted) if (!isSameWish(before.get(id), one)) ids.push(id)
    for (const object of this.#all()) {
      const id = idOfObject(object)
      if (!wanted.has(id) && remainder(object) !== undefined) ids.push(id)
    }
    return ids
  }

  /** The object of an id, with the resource that it is written by. */
  find(id: string): Found | undefined {
    const at = id.indexOf(' ')
    const [kind, key] = [id.slice(0, at), id.slice(at + 1)]
    const { informers } = this.#context
    const among = (resource: Resource): Found | undefined => {
      const object = informers.for(resource).lister.byKey(key)
      return object && { resource, object: object as WithStatus }
    }
    if (kind === ingresses.kind) return among(ingresses as unknown as Resource)
    return kind === ingressClasses.kind ? among(ingressClasses as unknown as Resource) : this.#kinds.find(kind, key)
  }

  /** Writes the status of one object where it is not as it should be. */
  async keep(id: string): Promise<void> {
    const found = this.find(id)
    if (found === undefined || isLeaving(found.object)) return
    const { resource, object } = found
    const wanted = this.#wanted.get(id)
    const { uid, generation = 0, namespace } = object.metadata ?? {}
    // Of another one, or of what it asked for before: routing has yet to hear of this.
    if (wanted !== undefined && (wanted.uid !== uid || wanted.generation !== generation)) return
    const now = timeText(this.#context.clock.now())
    const status = wanted === undefined ? remainder(object) : mergedStatus(object.status, wanted, now)
    if (status === undefined || sameValue(status, object.status)) return
    const next = { ...object, status } as ApiObject
    await this.#context.client.update(resource, next, { namespace, subresource: 'status', fieldManager: FIELD_MANAGER })
  }

  /** All that may have something of ours in its status. */
  *#all(): Iterable<WithStatus> {
    yield* this.#kinds.all() as Iterable<WithStatus>
    yield* this.#context.informers.for(ingresses).lister.list() as readonly WithStatus[]
  }
}

/** What is left of the status of one that is not ours any more; undefined where nothing of it is ours. */
const remainder = remembered((object: WithStatus) => withoutOurs(object))

/** There are thousands, nearly all of which are as they were the last time: a text that is not made anew is found sooner. */
const idOfWish = remembered(({ object }: WantedStatus) => idOfOrigin(object))
const idOfObject = remembered(({ kind, metadata }: ApiObject) =>
  idOf(kind, objectKey(metadata?.namespace, metadata?.name ?? '')),
)

const isSameWish = (before: WantedStatus | undefined, after: WantedStatus): boolean =>
  before === after ||
  (before !== undefined &&
    before.uid === after.uid &&
    before.generation === after.generation &&
    sameValue(before.status, after.status))
