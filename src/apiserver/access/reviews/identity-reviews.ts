import { timeText } from '#api/time-text.ts'
import { badRequest } from '../../errors.ts'
import type { Authenticator } from '../authentication.ts'
import type { Caller } from '../caller.ts'
import { type Review, specOf, withStatus } from './review.ts'

interface TokenReviewSpec {
  readonly token?: string
  readonly audiences?: readonly string[]
}

const AUTHENTICATION = { group: 'authentication.k8s.io', version: 'v1' }

const userOf = (caller: Caller): object => ({
  username: caller.name,
  ...(caller.uid ? { uid: caller.uid } : {}),
  groups: caller.groups,
  ...(caller.extra ? { extra: caller.extra } : {}),
})

/** `kubectl auth whoami`. */
export const selfReview = (now: () => Date): Review => ({
  ...AUTHENTICATION,
  plural: 'selfsubjectreviews',
  singular: 'selfsubjectreview',
  kind: 'SelfSubjectReview',
  namespaced: false,
  answer({ apiVersion, kind }, caller) {
    const metadata = { creationTimestamp: timeText(now().getTime()) }
    return withStatus({ apiVersion, kind, metadata }, { userInfo: userOf(caller) })
  },
})

/** For servers that leave authentication to this one: whose a token is. */
export const tokenReview = (authenticator: Authenticator, issuer: string): Review => ({
  ...AUTHENTICATION,
  plural: 'tokenreviews',
  singular: 'tokenreview',
  kind: 'TokenReview',
  namespaced: false,
  answer(body) {
    const { token = '', audiences } = specOf<TokenReviewSpec>(body)
    if (!token) throw badRequest('token is required for TokenReview in authentication')
    const review = authenticator.reviewToken(token, audiences?.length ? audiences : [issuer])
    if (!review.authenticated) return withStatus(body, { user: {}, error: review.error })
    return withStatus(body, { authenticated: true, user: userOf(review.caller), audiences: review.audiences })
  },
})
