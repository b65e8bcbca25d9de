import type { Status } from '#api/meta/status.ts'
import { fromBase64 } from '#schema/base64.ts'
import type { Attributes, ReviewedResource } from './attributes.ts'
import type { Invocation } from './matching.ts'

const GROUP = 'admission.k8s.io'
const KIND = 'AdmissionReview'
/** The versions of AdmissionReview that can be sent. */
const VERSIONS = ['v1', 'v1beta1']

/** What a webhook has answered, checked. */
export interface Verdict {
  readonly allowed: boolean
  readonly result?: Partial<Status>
  /** The text of a JSON patch; absent: nothing is changed. */
  readonly patch?: string
  readonly patchType?: string
  readonly warnings: readonly string[]
  readonly auditAnnotations: { readonly [key: string]: string }
}

/** An answer that is none. The message stands behind `received invalid webhook response:`. */
export class ReviewError extends Error {
  readonly code = 'REVIEW_INVALID'
}

/** The first of a webhook's versions that is known here. */
export const reviewVersion = (accepted: readonly string[] = []): string | undefined =>
  accepted.find((version) => VERSIONS.includes(version))

/** A request, with its objects as they are told of. */
type Told = Omit<Attributes, 'object' | 'oldObject'> & {
  readonly object: object | null
  readonly oldObject: object | null
}

/** A request as it is told of, without its objects: a form's words, and its own. */
export const requestOf = (
  attributes: Pick<Attributes, 'kind' | 'resource' | 'subresource' | 'name' | 'namespace' | 'operation' | 'caller'> &
    Pick<Attributes, 'dryRun' | 'options'>,
  { kind, resource }: Pick<Invocation, 'kind' | 'resource'>,
): object => {
  const { subresource, name, namespace, caller } = attributes
  const sub = subresource === '' ? {} : { subResource: subresource, requestSubResource: subresource }
  return {
    kind: kindText(kind),
    resource: resourceText(resource),
    requestKind: kindText(attributes.kind),
    requestResource: resourceText(attributes.resource),
    ...sub,
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
    operation: attributes.operation,
    userInfo: {
      username: caller.name,
      ...(caller.uid ? { uid: caller.uid } : {}),
      groups: caller.groups,
      ...(caller.extra && Object.keys(caller.extra).length > 0 ? { extra: caller.extra } : {}),
    },
    dryRun: attributes.dryRun,
    options: attributes.options ?? null,
  }
}

/** The AdmissionReview that asks a webhook. */
export const reviewRequest = (uid: string, version: string, attributes: Told, invocation: Invocation): object => ({
  kind: KIND,
  apiVersion: `${GROUP}/${version}`,
  request: {
    uid,
    ...requestOf(attributes, invocation),
    object: attributes.object,
    oldObject: attributes.oldObject,
  },
})

const kindText = ({ group, version, kind }: Invocation['kind']): object => ({ group, version, kind })

const resourceText = ({ group, version, plural }: ReviewedResource): object => ({ group, version, resource: plural })

interface Answer {
  readonly apiVersion?: unknown
  readonly kind?: unknown
  readonly response?: {
    readonly uid?: unknown
    readonly allowed?: unknown
    readonly status?: Partial<Status> | null
    readonly patch?: unknown
    readonly patchType?: unknown
    readonly warnings?: unknown
    readonly auditAnnotations?: unknown
  } | null
}

/** What a webhook's AdmissionReview says. Throws ReviewError in the words of Kubernetes. */
export const readVerdict = (uid: string, version: string, isMutating: boolean, body: object): Verdict => {
  const { apiVersion, kind, response } = body as Answer
  if (!isObject(response)) throw new ReviewError('webhook response was absent')
  checkStatus(response.status ?? {})
  const patch = typeof response.patch === 'string' && response.patch !== '' ? response.patch : undefined
  const patchType = typeof response.patchType === 'string' ? response.patchType : undefined
  if (version === 'v1') {
    checkAsked(uid, response.uid)
    checkVersion(apiVersion, kind)
    checkPatch(isMutating, patch, patchType)
  }
  return {
    allowed: response.allowed === true,
    ...(isObject(response.status) ? { result: response.status as Partial<Status> } : {}),
    ...(patch !== undefined && isMutating ? { patch: textOf(patch), patchType: patchType ?? 'JSONPatch' } : {}),
    warnings: Array.isArray(response.warnings) ? response.warnings.filter((one) => typeof one === 'string') : [],
    auditAnnotations: isObject(response.auditAnnotations) ? stringsOf(response.auditAnnotations) : {},
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const stringsOf = (value: object): { readonly [key: string]: string } =>
  Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))

const checkStatus = ({ message = '', reason = '', code = 0, details = {} }: Partial<Status>): void => {
  const isStatus = typeof message === 'string' && typeof reason === 'string' && Number.isInteger(code)
  if (!isStatus || !isObject(details ?? {})) throw new ReviewError('response.status is no Status')
}

const checkAsked = (uid: string, answered: unknown): void => {
  const said = typeof answered === 'string' ? answered : ''
  if (said !== uid) throw new ReviewError(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(said)}`)
}

const checkVersion = (apiVersion: unknown, kind: unknown): void => {
  if (apiVersion === `${GROUP}/v1` && kind === KIND) return
  const text = typeof apiVersion === 'string' ? apiVersion : ''
  const shown = text === '' ? '/' : text
  throw new ReviewError(
    `expected webhook response of ${GROUP}/v1, Kind=${KIND}, got ${shown}, Kind=${typeof kind === 'string' ? kind : ''}`,
  )
}

const checkPatch = (isMutating: boolean, patch: string | undefined, patchType: string | undefined): void => {
  if (!isMutating) {
    if (patch !== undefined) throw new ReviewError('validating webhook may not return response.patch')
    if (patchType !== undefined) throw new ReviewError('validating webhook may not return response.patchType')
    return
  }
  if (patch !== undefined && patchType === undefined)
    throw new ReviewError('webhook returned response.patch but not response.patchType')
  if (patch === undefined && patchType !== undefined)
    throw new ReviewError('webhook returned response.patchType but not response.patch')
  if (patchType === '') throw new ReviewError('webhook returned invalid response.patchType of ""')
}

const textOf = (patch: string): string => {
  const bytes = fromBase64(patch)
  if (bytes === undefined) throw new ReviewError('response.patch is not base64')
  return new TextDecoder().decode(bytes)
}
