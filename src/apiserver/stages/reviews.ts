import { sendObject } from '../http/answer/respond.ts'
import { fieldValidationOf, requireObject } from '../http/request/body.ts'
import type { Stage } from '../http/request/exchange.ts'
import { negotiate } from '../http/request/negotiate.ts'
import type { ServerContext } from '../server-context.ts'

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
      const apiVersion = `${review.group}/${review.version}`
      const message = machinery.messageOf(apiVersion, review.kind)!
      const expected = { apiVersion, kind: review.kind, message }
      const { object } = await requireObject(machinery, exchange.request, expected, fieldValidationOf(exchange.query))
      const wanted = negotiate(exchange.request.headers.accept, () => false)
      return sendObject(exchange, machinery, wanted, 201, review.answer(object, exchange.caller, info.namespace))
    })()
  }
}
