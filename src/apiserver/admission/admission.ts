import type { ApiObject, Resource } from '#api/resource.ts'
import type { Caller } from '../access/caller.ts'
import type { Reader } from '../registry/reader.ts'
import type { Remarks } from '../registry/remarks.ts'
import type { Transaction } from '../storage/transaction.ts'

/** What is written with an object, by the server itself: true together with it, or not at all. */
export interface Companions {
  /** Writes it as it is, spared all rules, where there is none of its name. */
  keep(resource: Resource, object: ApiObject): void
  /** No error where there is none of this name. */
  remove(resource: Resource, name: string): void
}

export interface CreateAdmission {
  readonly resource: Resource
  readonly object: ApiObject
  readonly caller: Caller
  /** What an admission took (an address, a port) it says here how to give back. */
  readonly transaction: Transaction
  readonly reader: Reader
  readonly remarks: Remarks
  readonly companions: Companions
}

export interface UpdateAdmission extends CreateAdmission {
  readonly previous: ApiObject
  /** '' for the main resource. */
  readonly subresource: string
}

interface LeaveAdmission {
  readonly resource: Resource
  readonly object: ApiObject
  readonly reader: Reader
  readonly companions: Companions
}

interface DeleteAdmission {
  readonly resource: Resource
  readonly object: ApiObject
  readonly caller: Caller
  readonly reader: Reader
}

/**
 * A rule between the client's object and storage: it may complete the object, or refuse it with an ApiError.
 * Synchronous.
 */
export interface Admission {
  create?(request: CreateAdmission): ApiObject
  update?(request: UpdateAdmission): ApiObject
  /** After all admissions of the first kind, before validation: what validation wants to see complete. */
  complete?(request: CreateAdmission): ApiObject
  completeUpdate?(request: UpdateAdmission): ApiObject
  /** After validation: refuses what is right by itself, and not to be here or now. */
  check?(request: CreateAdmission): void
  checkUpdate?(request: UpdateAdmission): void
  /** Takes scarce things, and says in the transaction how to give them back. */
  allocate?(request: CreateAdmission): ApiObject
  allocateUpdate?(request: UpdateAdmission): ApiObject
  /** Last of all, when nobody has refused it: counts what it is. */
  count?(request: CreateAdmission): ApiObject
  countUpdate?(request: UpdateAdmission): ApiObject
  /** Before an object is deleted or marked so, also in a dry run: refuses what is to stay. */
  delete?(request: DeleteAdmission): void
  /** With an object that leaves storage. */
  leaves?(request: LeaveAdmission): void
  /** After an object has left storage. */
  deleted?(event: DeleteAdmission): void
}

/** What a refusal calls an object: by what its name begins with, where the rest is still to be made. */
export const nameOf = ({ metadata }: ApiObject): string => metadata?.name || metadata?.generateName || 'Unknown'
