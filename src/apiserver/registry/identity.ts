import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { fieldCauses, invalid as invalidField } from '#api/validation/field-error.ts'
import type { ApiError } from '#client/client.ts'
import { keyOf } from '#objects/object-key.ts'
import { own } from '#schema/own.ts'
import { badRequest, conflict, failure, invalid } from '../errors.ts'

/**
 * The namespace that an object is to lie in, from itself or the request. Throws ApiError 400 where they differ, or both
 * have none.
 */
export const namespaceOf = (resource: Resource, body: ApiObject, namespace: string | undefined): string | undefined => {
  if (!resource.namespaced) return undefined
  const given = body.metadata?.namespace
  if (given && namespace && given !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  const chosen = namespace || given
  if (!chosen) throw badRequest(`an empty namespace may not be set during creation of a ${resource.kind}`)
  return chosen
}

/**
 * Holds what a client sent against what is stored, and against the request: name, namespace, uid, resourceVersion.
 * Throws ApiError 400, 409 or 422.
 */
export const checkIdentity = (
  resource: Resource,
  name: string,
  namespace: string | undefined,
  wanted: ApiObject,
  current: ApiObject,
): void => {
  const metadata = wanted.metadata ?? {}
  if (metadata.name && metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`)
  }
  if (namespace && metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  if (metadata.resourceVersion && metadata.resourceVersion !== '0') {
    if (!/^\d+$/.test(metadata.resourceVersion)) {
      throw failure(400, 'BadRequest', `resourceVersion ${JSON.stringify(metadata.resourceVersion)} is not a number`)
    }
    if (metadata.resourceVersion !== current.metadata?.resourceVersion) {
      throw conflict(resource, name)
    }
  }
  if (metadata.uid && metadata.uid !== current.metadata?.uid)
    throw invalid(resource, name, fieldCauses([invalidField('metadata.uid', metadata.uid, 'field is immutable')]))
}

/** Where Kubernetes keeps some kinds, which is not their name. */
const PLACES: Readonly<Record<string, string>> = {
  services: 'services/specs',
  endpoints: 'services/endpoints',
  nodes: 'minions',
  ingresses: 'ingress',
  replicationcontrollers: 'controllers',
}

/** That what is stored, with `held` as its uid, is not what was meant; in the words of Kubernetes' storage. */
const anotherLife = (resource: Resource, key: string, name: string, uid: string, held: string): ApiError => {
  const { plural, group, message } = resource
  const place = message.open ? `${group}/${plural}` : (own(PLACES, plural) ?? plural)
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${held}`
  return conflict(
    resource,
    name,
    `StorageError: invalid object, Code: 4, Key: /registry/${place}/${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`,
  )
}

/**
 * Puts an object in the place of what is stored, where that is the one that was meant: it holds its uid against the stored
 * one before all else. Throws ApiError 409.
 */
export const replacing =
  (resource: Resource, name: string, wanted: ApiObject) =>
  (current: ApiObject): ApiObject => {
    const [{ uid } = {}, { uid: held = '' } = {}] = [wanted.metadata, current.metadata]
    if (uid && uid !== held) throw anotherLife(resource, keyOf(current), name, uid, held)
    return wanted
  }

/**
 * What PUT brings where nothing is, as a new object: a version that it names is none of its own. Throws ApiError 409 where
 * it was meant for one that has gone.
 */
export const newByPut = (resource: Resource, key: string, name: string, wanted: ApiObject): ApiObject => {
  const { resourceVersion: _, uid, ...metadata } = wanted.metadata ?? {}
  if (uid) throw anotherLife(resource, key, name, uid, '')
  return { ...wanted, metadata: { ...metadata, name } }
}

/**
 * Holds what is applied where nothing is against the request: namespace, name, and that it is not meant for another
 * object. Gives it without the version that it names. Throws ApiError 400 or 409.
 */
export const newByApply = (
  resource: Resource,
  name: string,
  namespace: string | undefined,
  wanted: ApiObject,
): ApiObject => {
  const { resourceVersion: _, ...metadata } = wanted.metadata ?? {}
  if (metadata.uid) {
    const why = `uid mismatch: the provided object specified uid ${metadata.uid}, and no existing object was found`
    throw conflict(resource, name, why)
  }
  if (resource.namespaced && metadata.namespace && metadata.namespace !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  if (!metadata.name)
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  if (metadata.name !== name)
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`)
  return { ...wanted, metadata }
}

/** 0 is no version. */
const said = (resourceVersion: string | undefined): boolean => !!resourceVersion && resourceVersion !== '0'

/**
 * What belongs to the server stays as stored, whatever the client sent. `isConditional`: who updates such an object says
 * from which version, and one that was not said is not filled in.
 */
export const preserveMetadata = (wanted: ApiObject, current: ApiObject, isConditional = false): ApiObject => {
  const was = current.metadata ?? {}
  const {
    deletionTimestamp: _,
    deletionGracePeriodSeconds: __,
    selfLink: ___,
    generation: ____,
    ...given
  } = wanted.metadata ?? {}
  const metadata: ObjectMeta = {
    ...given,
    name: was.name,
    ...(was.namespace ? { namespace: was.namespace } : {}),
    ...(was.generateName ? { generateName: was.generateName } : {}),
    uid: was.uid,
    resourceVersion: isConditional && !said(given.resourceVersion) ? undefined : was.resourceVersion,
    creationTimestamp: was.creationTimestamp,
    ...(was.generation !== undefined ? { generation: was.generation } : {}),
    ...(was.deletionTimestamp ? { deletionTimestamp: was.deletionTimestamp } : {}),
    ...(was.deletionGracePeriodSeconds !== undefined
      ? { deletionGracePeriodSeconds: was.deletionGracePeriodSeconds }
      : {}),
  }
  return { ...wanted, apiVersion: current.apiVersion, kind: current.kind, metadata }
}

/** What the server says of an object, and nobody else. */
const SERVERS = [
  ...['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'],
  'selfLink',
]

/**
 * What others have made of an object that is about to be kept, as the object that it was: it stays in its namespace, and
 * what is the server's to say stays as it was said; a new one may get another name. Throws ApiError 400 and 422.
 */
export const stillItself = (resource: Resource, object: ApiObject, changed: ApiObject, isNew: boolean): ApiObject => {
  const [was, is] = [object.metadata ?? {}, changed.metadata ?? {}]
  const namespace = namespaceOf(resource, changed, was.namespace)
  if (!isNew && is.name !== was.name)
    throw invalid(resource, was.name ?? '', fieldCauses([invalidField('metadata.name', is.name, 'field is immutable')]))
  const { namespace: _, ...given } = is
  const theirs = Object.entries(given).filter(([name]) => !SERVERS.includes(name))
  const own = Object.entries(was).filter(([name]) => SERVERS.includes(name))
  const metadata = { ...Object.fromEntries([...theirs, ...own]), ...(namespace ? { namespace } : {}) }
  return { ...changed, metadata }
}
