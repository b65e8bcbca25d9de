import { type ApiObject, groupVersion } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import type { MessageClass } from '#schema/schema.ts'
import { sendObject } from '../http/answer/respond.ts'
import { requireObject } from '../http/request/body.ts'
import type { Stage } from '../http/request/exchange.ts'
import { negotiate } from '../http/request/negotiate.ts'
import { writeOptions } from '../http/request/write-options.ts'
import { managedFieldsAfter, partKind, withManagedFields } from '../registry/ownership.ts'
import type { ServerContext } from '../server-context.ts'
import { writeRequest } from '../verbs/write.ts'
import { attributesOf } from '../webhooks/attributes.ts'

/** Who asks owns the question, as if it were kept; undefined where nothing is asked. */
const ownersOf = (manager: string, message: MessageClass<unknown>, next: ApiObject, now: Date) =>
  managedFieldsAfter(partKind(message, ''), {
    previous: undefined,
    next,
    given: undefined,
    manager,
    now: timeText(now.getTime()),
  })

/** Answers what is asked and not stored: TokenReview, SubjectAccessReview and their like, by POST alone. */
export const reviews = (server: ServerContext): Stage => {
  const byPath = new Map(server.reviews.map((review) => [`${review.group}/${review.version}/${review.plural}`, review]))
  return (exchange) => {
    const { info } = exchange
    if (info.kind !== 'resource') return false
    const review = byPath.get(`${info.group}/${info.version}/${info.resource}`)
    if (!review) return false
    return (async () => {
      const { machinery } = server.registry
      const apiVersion = groupVersion(review)
      const message = machinery.messageOf(apiVersion, review.kind)!
      const expected = { apiVersion, kind: review.kind, message }
      const { manager, validation } = writeOptions(exchange)
      const { object } = await requireObject(machinery, exchange, expected, validation)
      const wanted = negotiate(exchange.request.headers.accept, () => false)
      const asked = withManagedFields(object, ownersOf(manager, message, object, server.registry.now()))
      const request = writeRequest(exchange)
      const { name = '' } = asked.metadata ?? {}
      const told = { operation: 'CREATE', kind: review, subresource: '', name, object: asked } as const
      const attributes = attributesOf(review, request, { ...told, dryRun: request.dryRun ?? false })
      const heard = await server.registry.heard({ ...attributes, object: asked }, request)
      const answer = await review.answer(heard, exchange.caller, info.namespace, request)
      return sendObject(exchange, machinery, wanted, 201, answer)
    })()
  }
}
