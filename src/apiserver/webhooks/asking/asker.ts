import type { ApiObject } from '#api/resource.ts'
import type { Remarks } from '../../registry/remarks.ts'
import type { Attributes, ReviewedKind } from '../attributes.ts'
import type { WebhookClient } from '../client/webhook-client.ts'
import { WebhookError } from '../client/webhook-error.ts'
import type { Invocation } from '../matching.ts'
import { ReviewError, readVerdict, reviewRequest, reviewVersion, type Verdict } from '../review.ts'
import type { WebhookCounter } from '../webhook-counter.ts'
import { noDryRun } from './denial.ts'

/** A webhook that could not be asked, or answered what is no answer: what `failurePolicy` is about. */
export class CallError extends Error {
  readonly code = 'WEBHOOK_CALL_FAILED'
  /** By which it is counted. */
  readonly status: number
  constructor(name: string, why: string, status: number, options?: ErrorOptions) {
    super(`failed calling webhook ${JSON.stringify(name)}: ${why}`, options)
    this.name = 'CallError'
    this.status = status
  }
}

/** A call to somebody that has not come to an answer, as it is counted. */
export const UNAVAILABLE = 503

const DEFAULT_SECONDS = 10

/** What each webhook of one request is asked with. */
export interface Asker {
  readonly client: WebhookClient
  readonly uuid: () => string
  /** An object as it is told of. */
  readonly show: (kind: ReviewedKind, object: ApiObject) => object
  readonly remarks: Remarks
  readonly counter: WebhookCounter
  /** Who asked has gone. */
  readonly signal?: AbortSignal
}

/** What a webhook says of a request. Rejects with CallError, and with ApiError 400 where it must not be asked in a dry run. */
export const askWebhook = async (
  { client, uuid, show, remarks, signal }: Asker,
  invocation: Invocation,
  attributes: Attributes,
  isMutating: boolean,
): Promise<Verdict> => {
  const { name, clientConfig, sideEffects, admissionReviewVersions, timeoutSeconds } = invocation.hook.webhook
  if (attributes.dryRun && sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun') throw noDryRun(name)
  const version = reviewVersion(admissionReviewVersions)
  if (version === undefined) {
    const why = 'webhook does not accept known AdmissionReview versions (v1, v1beta1)'
    throw new CallError(name, `could not create admission objects: ${why}`, 400)
  }
  const uid = uuid()
  const { object, oldObject } = attributes
  const told = {
    object: object ? show(invocation.kind, object) : null,
    oldObject: oldObject ? show(invocation.kind, oldObject) : null,
  }
  const body = reviewRequest(uid, version, { ...attributes, ...told }, invocation)
  const timeout = (timeoutSeconds ?? DEFAULT_SECONDS) * 1000
  try {
    const answer = await client.post({ config: clientConfig, body, timeout, ...(signal ? { signal } : {}) })
    const verdict = readVerdict(uid, version, isMutating, answer)
    for (const [key, value] of Object.entries(verdict.auditAnnotations)) remarks.annotate(`${name}/${key}`, value)
    for (const warning of verdict.warnings) remarks.warn(warning)
    return verdict
  } catch (error) {
    throw callError(name, error)
  }
}

const callError = (name: string, error: unknown): unknown => {
  if (error instanceof ReviewError)
    return new CallError(name, `received invalid webhook response: ${error.message}`, UNAVAILABLE, { cause: error })
  if (!(error instanceof WebhookError)) return error
  if (error.code === 'WEBHOOK_CONFIG')
    return new CallError(name, `could not get REST client: ${error.message}`, 500, { cause: error })
  return new CallError(name, `failed to call webhook: ${error.message}`, error.status ?? UNAVAILABLE, { cause: error })
}
