import type { Kind } from '#api/catalogue/kind.ts'
import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { StatusCause } from '#api/meta/status.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import { keyOf } from '#objects/object-key.ts'
import type { OwnedKind } from '#schema/apply/owners/owned-kind.ts'
import { sharing } from '#schema/json/sharing.ts'
import { SYSTEM } from '../access/caller.ts'
import type { Companions } from '../admission/admission.ts'
import { alreadyExists, badRequest, creationForbidden, invalid, notFound } from '../errors.ts'
import { generateName } from '../generate-name.ts'
import type { Transaction } from '../storage/transaction.ts'
import { withRevision } from '../storage/with-revision.ts'
import { type Application, appliedTo } from './applied.ts'
import { AdmissionChain } from './chain.ts'
import { Consulted, type Say } from './consulting/consulted.ts'
import { checkPreconditions, type DeleteRequest, isTerminated, planDeletion } from './deletion.ts'
import { checkIdentity, namespaceOf, newByApply, newByPut, preserveMetadata, replacing } from './identity.ts'
import { managedFieldsAfter, ownedKind, withManagedFields, withoutIdleTimes } from './ownership.ts'
import { keyIn, type Reader, type ReadResource } from './reader.ts'
import { UNHEARD } from './remarks.ts'
import type { Deleted, WriteRequest, Written } from './request.ts'
import { seed } from './seed.ts'
import type { WriteRules } from './write-rules.ts'

const NAME_ATTEMPTS = 8

/** Who owns the fields of what the server itself writes. */
const SERVER = 'kube-apiserver'

/** One write of one resource, within its transaction: what it reads also holds what does not last yet. */
export class Write {
  readonly #rules: WriteRules
  /** What lasts, for what comes after this write. */
  readonly #lasting: Reader
  readonly #transaction: Transaction
  readonly #kind: Kind
  readonly #resource: Resource
  readonly #request: WriteRequest
  readonly #reader: Reader
  readonly #chain: AdmissionChain
  readonly #consulted: Consulted
  readonly #companions: Companions = {
    keep: (resource, object) => seed(this.#rules, this.#transaction, resource, object, SERVER),
    remove: (resource, name) => {
      const object = this.#reader.find(resource, undefined, name)
      if (object) this.#beside(resource).remove(name, object)
    },
  }

  constructor(
    rules: WriteRules,
    lasting: Reader,
    transaction: Transaction,
    kind: Kind,
    request: WriteRequest,
    say?: Say,
  ) {
    this.#rules = rules
    this.#lasting = lasting
    this.#transaction = transaction
    this.#kind = kind
    this.#resource = kind.resource
    this.#request = request
    this.#reader = {
      find: (other, namespace, name) => this.#read(other, keyIn(other, namespace, name)),
      all: (other, namespace) =>
        lasting.all(other, namespace).flatMap((object) => this.#read(other, keyOf(object)) ?? []),
    }
    const { caller, subresource = '', remarks = UNHEARD } = request
    const [{ resource }, reader, companions] = [kind, this.#reader, this.#companions]
    const surroundings = { resource, caller, transaction, reader, remarks, companions }
    this.#chain = new AdmissionChain(rules.admissions, surroundings, subresource)
    this.#consulted = new Consulted(kind.resource, request, transaction.dryRun, say)
  }

  create(body: ApiObject): ApiObject {
    return this.#create(body, this.#request.keepsOwners)
  }

  #create(body: ApiObject, keepsOwners = false): ApiObject {
    const resource = this.#resource
    const why = this.#kind.forbidsCreation?.()
    if (why !== undefined) throw creationForbidden(resource, why)
    const { machinery } = this.#rules
    const namespace = namespaceOf(resource, body, this.#request.namespace)
    const { managedFields, ...metadata } = this.#newMetadata(body.metadata ?? {}, namespace)
    const whole = machinery.complete(resource, { ...body, metadata })
    const owned = keepsOwners ? withManagedFields(whole, managedFields) : this.#owned(undefined, whole, managedFields)
    const admitted = this.#named(
      this.#consulted.mutated('CREATE', metadata.name ?? '', owned, undefined, (object) =>
        this.#chain.create('create', object),
      ),
      namespace,
    )
    machinery.prepareForCreate(resource, admitted)
    const complete = this.#chain.create('complete', admitted)
    const name = complete.metadata?.name ?? ''
    this.#refuse(name, machinery.validateCreate(resource, complete))
    this.#chain.check(complete)
    const allocated = this.#chain.create('allocate', complete)
    this.#consulted.validated('CREATE', name, allocated, undefined)
    const object = this.#chain.create('count', allocated)
    const present = this.#find(namespace, name)
    if (present) throw alreadyExists(resource, name, present.metadata?.deletionTimestamp !== undefined)
    return this.#transaction.dryRun ? object : this.#put(keyIn(resource, namespace, name), object)
  }

  update(name: string, change: (current: ApiObject) => ApiObject): ApiObject {
    return this.#update(name, change, this.#request.keepsOwners)
  }

  #update(name: string, change: (current: ApiObject) => ApiObject, keepsOwners = false): ApiObject {
    const resource = this.#resource
    const { machinery } = this.#rules
    const { namespace, subresource = '' } = this.#request
    const previous = this.#get(name)
    const wanted = change(previous)
    if (wanted === previous) return previous
    checkIdentity(resource, name, resource.namespaced ? namespace : undefined, wanted, previous)
    const kept = preserveMetadata(wanted, previous, this.#kind.isConditional)
    const { managedFields, ...metadata } = kept.metadata ?? {}
    const whole = machinery.complete(resource, { ...kept, metadata })
    const owned = keepsOwners ? withManagedFields(whole, managedFields) : this.#owned(previous, whole, managedFields)
    const admitted = this.#consulted.mutated('UPDATE', name, owned, previous, (object) =>
      this.#chain.update('update', object, previous),
    )
    machinery.prepareForUpdate(resource, admitted, previous, subresource)
    const complete = this.#chain.update('completeUpdate', admitted, previous)
    const { remarks = UNHEARD } = this.#request
    const warn = (text: string): void => remarks.warn(text)
    this.#refuse(name, machinery.validateUpdate(resource, complete, previous, subresource, warn))
    this.#chain.checkUpdate(complete, previous)
    const allocated = withoutIdleTimes(this.#chain.update('allocateUpdate', complete, previous), previous)
    this.#consulted.validated('UPDATE', name, allocated, previous)
    // Of a state that is kept for the past's sake most is the next one's too.
    const object = sharing(this.#chain.update('countUpdate', allocated, previous), previous)
    if (object === previous) return previous
    if (this.#transaction.dryRun) return object
    const key = keyIn(resource, namespace, name)
    if (isTerminated(this.#kind, object)) {
      // What held it last is answered without, and is never stored so: watches are told of what was stored.
      const { metadata } = this.remove(key, previous)
      return withRevision(object, Number(metadata?.resourceVersion))
    }
    return this.#put(key, object)
  }

  /** An update, or a creation where the kind allows that and there is nothing to update. */
  put(name: string, object: ApiObject): Written {
    const { namespace, subresource } = this.#request
    const { name: given } = object.metadata ?? {}
    if (given && given !== name) {
      throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`)
    }
    namespaceOf(this.#resource, object, namespace)
    if (!this.#find(namespace, name)) {
      const made = newByPut(this.#resource, keyIn(this.#resource, namespace, name), name, object)
      if (!this.#kind.isCreatedByPut || subresource) throw notFound(this.#resource, name)
      this.#request.mayCreate?.()
      return { object: this.create(made), created: true }
    }
    return { object: this.update(name, replacing(this.#resource, name, object)), created: false }
  }

  /**
   * Server-side apply: makes the object what its manager wants of it, and creates it where it is not there, unless only
   * a part of it is written.
   */
  apply(name: string, application: Application): Written {
    const { namespace, subresource = '', manager = '', mayCreate } = this.#request
    const { machinery } = this.#rules
    const { message, kind } = this.#resource
    const applying = { machinery, kind: this.#ownedKind(), message, name: kind, manager, now: this.#moment() }
    if (this.#find(namespace, name))
      return {
        object: this.#update(name, (current) => appliedTo(applying, current, application), true),
        created: false,
      }
    if (subresource) throw notFound(this.#resource, name)
    mayCreate?.()
    const wanted = newByApply(this.#resource, name, namespace, appliedTo(applying, undefined, application))
    return { object: this.#create(wanted, true), created: true }
  }

  delete(name: string, options: DeleteRequest = {}): Deleted {
    const resource = this.#resource
    const { namespace } = this.#request
    const current = this.#get(name)
    checkPreconditions(resource, name, current, options)
    this.#chain.delete(current)
    this.#consulted.deleted(name, current, options)
    const plan = planDeletion(this.#kind, current, options, this.#rules.now())
    const gone = plan.kind === 'now'
    const key = keyIn(resource, namespace, name)
    if (this.#transaction.dryRun) return { object: plan.object, gone }
    if (gone) return { object: this.remove(key, plan.object), gone }
    const marked = sharing(plan.object, current)
    return { object: marked === current ? current : this.#put(key, marked), gone }
  }

  /** Takes an object away with this as its last state, whatever would hold it. */
  remove(key: string, last: ApiObject): ApiObject {
    const resource = this.#resource
    const { form } = this.#kind
    const object = form
      ? form.read(this.#transaction.delete(form.of.resource, key, form.write(last)))
      : this.#transaction.delete(resource, key, last)
    const leaving = { resource, object, reader: this.#reader, companions: this.#companions }
    for (const admission of this.#rules.admissions) admission.leaves?.(leaving)
    const event = { resource, object, caller: this.#request.caller, reader: this.#lasting }
    this.#transaction.onCommit(() => {
      for (const admission of this.#rules.admissions) admission.deleted?.(event)
    })
    return object
  }

  #read(resource: ReadResource, key: string): ApiObject | undefined {
    const kind = resource === this.#resource ? this.#kind : this.#rules.machinery.catalogue.find(resource)
    if (kind?.form === undefined) return this.#transaction.get(resource, key)
    const stored = this.#transaction.get(kind.form.of.resource, key)
    return stored && kind.form.read(stored)
  }

  #put(key: string, object: ApiObject): ApiObject {
    const { form } = this.#kind
    if (form === undefined) return this.#transaction.put(this.#resource, key, object)
    return form.read(this.#transaction.put(form.of.resource, key, form.write(object)))
  }

  #find(namespace: string | undefined, name: string): ApiObject | undefined {
    return this.#reader.find(this.#resource, namespace, name)
  }

  #get(name: string): ApiObject {
    const object = this.#find(this.#request.namespace, name)
    if (!object) throw notFound(this.#resource, name)
    return object
  }

  /** What the server says of a new object: what makes it this one. */
  #newMetadata(given: ObjectMeta, namespace: string | undefined): ObjectMeta {
    const { now, uuid } = this.#rules
    if (given.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created')
    const { deletionTimestamp: _, deletionGracePeriodSeconds: __, selfLink: ___, ...kept } = given
    return {
      ...kept,
      ...(namespace ? { namespace } : {}),
      uid: uuid(),
      creationTimestamp: timeText(now().getTime()),
    }
  }

  /** A defaulted object of this write’s own, with who owns what of it from now on. */
  #owned(previous: ApiObject | undefined, whole: ApiObject, given: ObjectMeta['managedFields']): ApiObject {
    const { manager = '' } = this.#request
    const ownership = { previous, next: whole, given, manager, now: this.#moment() }
    return withManagedFields(whole, managedFieldsAfter(this.#ownedKind(), ownership))
  }

  #ownedKind(): OwnedKind {
    const { catalogue } = this.#rules.machinery
    return ownedKind(catalogue, this.#kind, this.#request.subresource ?? '')
  }

  #moment(): string {
    return timeText(this.#rules.now().getTime())
  }

  /** With a name of its own, where it is to be made up. */
  #named(object: ApiObject, namespace: string | undefined): ApiObject {
    const { metadata = {} } = object
    if (metadata.name) return object
    const name = metadata.generateName ? this.#freeName(metadata.generateName, namespace) : ''
    return { ...object, metadata: { ...metadata, name } }
  }

  /** The last that was tried, where none is free: it is refused as any name that is taken. */
  #freeName(prefix: string, namespace: string | undefined): string {
    const { random } = this.#rules
    let name = generateName(prefix, random)
    for (let attempt = 1; attempt < NAME_ATTEMPTS && this.#find(namespace, name); attempt++)
      name = generateName(prefix, random)
    return name
  }

  /** A write of the server's own, of something else, in the same transaction. */
  #beside(resource: Resource): Write {
    const kind = this.#rules.machinery.catalogue.of(resource)
    return new Write(this.#rules, this.#lasting, this.#transaction, kind, { caller: SYSTEM, manager: SERVER })
  }

  #refuse(name: string, causes: readonly StatusCause[]): void {
    if (causes.length > 0) throw invalid(this.#resource, name, causes)
  }
}
