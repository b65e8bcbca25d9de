import type { Descriptions } from '#api/openapi/description.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import type { Column } from '#api/table/column.ts'
import type { FieldError } from '#api/validation/field-error.ts'
import type { NameForm } from '#api/validation/names.ts'
import type { FieldType } from '#schema/apply/types/field-type.ts'
import type { FieldNames } from '#schema/apply/types/narrowed-type.ts'
import type { Draft } from '#schema/defaulting.ts'
import type { Subresource } from './subresource.ts'

/** How an object of a kind goes, where it does not go at once. */
interface Deletion<T> {
  /** Seconds between the wish and the end, where this many are asked for; absent: none. */
  graceSeconds?(object: T, asked: number | undefined): number
  /** It stays, marked, while this holds: what it contains goes first. */
  holds?(object: T): boolean
  /** The state of one that is marked; `before`: as it was without the mark. */
  marked?(object: T, before: T): T
  /** What it owns stays, where who deletes it does not say what becomes of it. */
  readonly orphans?: boolean
  /** What is said to who does not say it. */
  readonly orphansWarning?: string
  /** Its end is said by `deletionTimestamp` alone. */
  readonly knowsNoGrace?: boolean
}

/** What a write of a part does that is of the object's own kind, and that is not its status. */
interface PartRules<T> {
  /** Takes everything from `old` that is not the part's, in place. */
  prepare(object: Draft<T>, old: T): void
  /** No errors: it may be stored. */
  validate(object: T, old: T): readonly FieldError[]
  /** The part stands in the status, which is then as it was sent. */
  readonly writesStatus?: true
}

/**
 * How a kind shows what another one stores: a version beside others, or the same in another group. An object's name,
 * namespace, uid and resourceVersion are the same in all forms.
 */
export interface Form {
  /** The kind as which the objects are stored: no form itself. */
  readonly of: Kind
  /** A stored object in this form, which is shared as the stored one is: the same answer for the same object. */
  read(stored: ApiObject): ApiObject
  /** As it is to be stored. */
  write(object: ApiObject): ApiObject
  /** Somebody else is asked to convert: what was not converted yet is neither read nor written at once. */
  readonly isAsked?: boolean
  /** Has stored objects converted together: throws where that is still to be done, and then knows them. */
  need?(stored: readonly ApiObject[]): void
}

/**
 * What a kind is and how it behaves: all that the API server knows of it, and where it knows it from. `resource` is
 * what clients know. What is left out is what most kinds do. Objects are given defaulted; `Draft` is the callee's to
 * change.
 */
export interface KindDefinition<T extends ApiObject> {
  readonly resource: Resource<T>
  /** Its objects are stored as those of another kind; absent: as they are served. */
  readonly form?: Form
  /** Its objects are measured when they are asked for: nothing of it is stored, and nobody watches it. */
  readonly isMeasured?: boolean
  /** It is stored, and served in its forms alone. */
  readonly isHidden?: boolean
  /** Of the form that is stored, where it is another than the resource's own. */
  readonly storageVersion?: string
  /** By the word in the path. A kind with `status` has its status written there alone. */
  readonly subresources?: { readonly [name: string]: Subresource }
  /** Parts that Kubernetes has of it and that are not here, by the word in the path: what to do instead. */
  readonly unserved?: { readonly [subresource: string]: string }
  /** What can be done with its objects; absent: everything. */
  readonly verbs?: readonly string[]
  /** Fills in what depends on other fields; constants stand in the message. */
  defaults?(object: Draft<T>): void
  /** Sets and drops what is not the client's, before the object is checked. */
  readonly prepare?: {
    create?(object: Draft<T>): void
    update?(object: Draft<T>, old: T): void
    status?(object: Draft<T>, old: T): void
  }
  /** What a name may be, where `validate` does not say it; absent: a DNS subdomain. */
  readonly names?: NameForm
  /** No errors: it may be stored. Absent: its metadata is checked. */
  readonly validate?: {
    create?(object: T): readonly FieldError[]
    update?(object: T, old: T): readonly FieldError[]
    status?(object: T, old: T): readonly FieldError[]
  }
  /** By the word in the path: parts that are of the kind itself, beside its status. */
  readonly parts?: { readonly [part: string]: PartRules<T> }
  /** Its status may come with its creation, as a kubelet that registers itself sends it. */
  readonly isBornWithStatus?: boolean
  /**
   * By the word of a part, '' for the object itself: fields that a write by it leaves as they are, whatever it says, so
   * that who writes by it does not come to own them. Absent: the status, and by `status` the spec.
   */
  readonly resets?: { readonly [part: string]: FieldNames }
  /** What owning and applying must know of its fields, where no message says it. */
  readonly fieldType?: FieldType
  /** What `metadata.generation` counts the changes of; absent: the kind has no generation. */
  generation?(object: T): unknown
  /** An update must name the resourceVersion that it was made from. */
  readonly isConditional?: boolean
  /** PUT makes what is not there. */
  readonly isCreatedByPut?: boolean
  readonly deletion?: Deletion<T>
  /** DELETE answers with the object that went, not with a Status. */
  readonly answersDeleted?: boolean
  /** What `kubectl get` prints; absent: name and age. */
  readonly columns?: readonly Column<T>[]
  /** What it can be selected by, beside its name and namespace, and the value that is compared. */
  readonly fields?: { readonly [field: string]: (object: T) => string | number | boolean | undefined }
  /** What `kubectl explain` says of its messages; loaded for OpenAPI alone. */
  readonly descriptions?: () => Promise<{ readonly descriptions: Descriptions }>
  /** What is said to who writes such an object; `isNew`: it was not there before. */
  warnings?(object: T, isNew?: boolean): readonly string[]
  /** Nothing acts on it: who creates one is told so. */
  readonly isInert?: boolean
  /** Of a custom resource: another text whenever something else is published of it. */
  readonly revision?: string
  /** What is said to whoever asks for the kind at all. */
  readonly deprecation?: string
  /** Where its replicas stand; absent: `spec.replicas`, `status.replicas` and the selector of its pods. */
  readonly scale?: Scaling
  /** Why nothing of it can be created now; undefined: it can. */
  forbidsCreation?(): string | undefined
  /** Loads what its rules need, before the first of it is written, whole or by a subresource. */
  load?(subresource: string | undefined): Promise<unknown>
}

/** The parts of an object that its scale is made of. */
export interface Scaling {
  /** `replicas` is undefined where nobody has said how many. */
  read(object: ApiObject): { readonly replicas?: number; readonly current: number; readonly selector: string }
  /** The same object with as many; nothing of the given one is changed. */
  write(object: ApiObject, replicas: number): ApiObject
  /** The names on the way to the number that is asked for: `['spec', 'size']`. */
  readonly path: readonly string[]
}

/** A kind among others. */
export interface Kind extends KindDefinition<ApiObject> {
  readonly subresources: { readonly [name: string]: Subresource }
  readonly verbs: readonly string[]
}

/** The kind as which the objects of a kind are stored: itself, or the one that it is a form of. */
export const storedKind = (kind: Kind): Kind => kind.form?.of ?? kind

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

/** Declares a kind. */
export const kind = <T extends ApiObject>(definition: KindDefinition<T>): Kind =>
  ({ subresources: {}, verbs: VERBS, ...definition }) as unknown as Kind
