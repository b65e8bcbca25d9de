import { isJsonObject, type JsonObject, type JsonValue, jsonEqual } from '../../json-value.ts'
import { FieldSetError } from '../sets/path-element.ts'
import { formatProblems, validateValue } from '../values/validate.ts'
import { applyConfiguration } from './apply.ts'
import { ApplyConflict } from './conflict.ts'
import { lastAppliedFields, lastAppliedOf, withLastApplied } from './last-applied.ts'
import { entriesOfNew } from './new-entries.ts'
import type { OwnedKind } from './owned-kind.ts'
import { entriesOf, forgetsOwners, type ManagedFieldsEntry, type Owners, readOwners, writeOwners } from './owners.ts'
import { reconcileOwners } from './reconcile.ts'
import { ownersAfterUpdate } from './update.ts'

type Entries = readonly ManagedFieldsEntry[]

/** Who is to own what an object held before anybody was told apart. */
const BEFORE_FIRST_APPLY = 'before-first-apply'

/** A configuration that cannot be applied: it is none of this kind, or the server cannot read what it holds. */
export class ApplyRefusal extends Error {
  /** `BAD_REQUEST`: what was sent is wrong by itself. `UNFIT`: it does not fit the kind’s type. */
  readonly code: 'BAD_REQUEST' | 'UNFIT'
  constructor(code: 'BAD_REQUEST' | 'UNFIT', message: string) {
    super(message)
    this.name = 'ApplyRefusal'
    this.code = code
  }
}

const readOrForget = (entries: Entries | undefined): Owners => {
  try {
    return readOwners(entries)
  } catch (error) {
    if (error instanceof FieldSetError) return new Map()
    throw error
  }
}

/** The owners that an update begins with: those that it names itself, if it may, or those of what is there. */
const ownersBefore = (kind: OwnedKind, live: Entries | undefined, given: Entries | undefined): Owners => {
  if (kind.subresource !== '' || given === undefined || given === live) return readOrForget(live)
  if (forgetsOwners(given)) return new Map()
  const owners = readOrForget(given)
  return owners.size === 0 ? readOrForget(live) : owners
}

/**
 * `metadata.managedFields` of an object after an update that made `next` of `live` (undefined: it is new); `given` is
 * what the update itself says of it. What nobody was told to own stays so. Those of `live` themselves where nothing has
 * changed; undefined for none.
 */
export const entriesAfterUpdate = (
  kind: OwnedKind,
  live: JsonObject | undefined,
  next: JsonObject,
  given: Entries | undefined,
  manager: string,
  now: string,
): Entries | undefined => {
  const known = live === undefined ? undefined : entriesOf(live)
  const owners = ownersBefore(kind, known, given)
  if (owners.size === 0 && live !== undefined) return undefined
  const writer = { manager: manager || 'unknown', operation: 'Update', ...partOf(kind) } as const
  if (owners.size === 0) return entriesOfNew(kind, next, writer, now)
  const current = reconcileOwners(kind, owners)
  const after = ownersAfterUpdate(kind, live ?? {}, next, current, writer, now)
  const entries = writeOwners(after)
  return known !== undefined && jsonEqual(entries, known) ? known : entries
}

const partOf = ({ apiVersion, subresource }: OwnedKind) => ({ apiVersion, subresource })

interface Application {
  /** Of the request: all that `manager` wants. */
  readonly config: JsonObject
  readonly manager: string
  readonly force: boolean
  /** RFC 3339, whole seconds. */
  readonly now: string
}

interface AppliedObject {
  /** In JSON, without `metadata.managedFields`; undefined where it is as it was. */
  readonly object: JsonObject | undefined
  readonly entries: Entries | undefined
}

/**
 * Applies a configuration to `live` (in JSON, without its entries; undefined: it is not there). Throws ApplyConflict and
 * ApplyRefusal.
 */
export const applyToObject = (
  kind: OwnedKind,
  live: JsonObject | undefined,
  entries: Entries | undefined,
  application: Application,
): AppliedObject => {
  const { config, manager, force, now } = application
  checkConfiguration(kind, config)
  const before = live ?? {}
  const owners = reconcileOwners(kind, knownOwners(kind, live, entries, now))
  const writer = { manager, operation: 'Apply', ...partOf(kind) } as const
  const apply = (forced: boolean) => applyConfiguration(kind, before, config, owners, writer, forced, now)
  const applied = manager === KUBECTL ? migrating(kind, before, apply, force) : apply(force)
  const object = manager === KUBECTL ? withConfigNoted(before, applied.object, config) : applied.object
  return { object, entries: writeOwners(applied.owners) }
}

const checkConfiguration = (kind: OwnedKind, config: JsonObject): void => {
  if (isJsonObject(config.metadata) && config.metadata.managedFields != null)
    throw new ApplyRefusal('BAD_REQUEST', 'metadata.managedFields must be nil')
  const problems = validateValue(kind.type, config)
  if (problems.length > 0)
    throw new ApplyRefusal(
      'UNFIT',
      `failed to create typed patch object (${nameOf(config)}): ${formatProblems(problems)}`,
    )
}

/** `default/web; apps/v1, Kind=Deployment`, as messages name a configuration. */
const nameOf = (config: JsonObject): string => {
  const metadata = isJsonObject(config.metadata) ? config.metadata : {}
  const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '')
  return `${text(metadata.namespace)}/${text(metadata.name)}; ${kindText(config)}`
}

/** A kind as Go prints it: `/v1, Kind=ConfigMap`, `apps/v1, Kind=Deployment`. */
export const kindText = ({ apiVersion, kind }: JsonObject): string => {
  const version = typeof apiVersion === 'string' ? apiVersion : ''
  return `${version.includes('/') ? version : `/${version}`}, Kind=${typeof kind === 'string' ? kind : ''}`
}

/** What was there before anybody was told apart is owned by a name of its own, from now on. */
const knownOwners = (
  kind: OwnedKind,
  live: JsonObject | undefined,
  entries: Entries | undefined,
  now: string,
): Owners => {
  let owners: Owners
  try {
    owners = readOwners(entries)
  } catch (error) {
    if (!(error instanceof FieldSetError)) throw error
    throw new ApplyRefusal('UNFIT', `failed to decode managed fields: ${error.message}`)
  }
  if (owners.size > 0 || live === undefined) return owners
  const writer = { manager: BEFORE_FIRST_APPLY, operation: 'Update', ...partOf(kind) } as const
  return ownersAfterUpdate(kind, {}, live, owners, writer, now)
}

/** The manager of `kubectl apply --server-side`, which takes over what `kubectl apply` has applied before. */
const KUBECTL = 'kubectl'

/** Conflicts about what the annotation of `kubectl apply` says, and is so still, are none. */
const migrating = <T>(kind: OwnedKind, live: JsonObject, apply: (forced: boolean) => T, force: boolean): T => {
  try {
    return apply(force)
  } catch (error) {
    if (!(error instanceof ApplyConflict)) throw error
    const applied = lastAppliedFields(kind, live)
    const conflict = applied === undefined ? error : error.without(applied)
    if (conflict !== undefined) throw conflict
    return apply(true)
  }
}

/** Where an object has the annotation, it says what was applied last, whichever way. */
const withConfigNoted = (
  live: JsonObject,
  object: JsonObject | undefined,
  config: JsonObject,
): JsonObject | undefined => {
  const result = object ?? live
  if (lastAppliedOf(result) === undefined) return object
  return withLastApplied(result, config)
}
