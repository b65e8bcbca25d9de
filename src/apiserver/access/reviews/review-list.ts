import type { Authenticator } from '../authentication.ts'
import type { Authorizer } from '../authorizer.ts'
import { accessReviews } from './access-reviews.ts'
import { selfReview, tokenReview } from './identity-reviews.ts'
import type { Review } from './review.ts'
import { rulesReview } from './rules-review.ts'

/** Every review that is served. */
export const reviewList = (
  authenticator: Authenticator,
  authorizer: Authorizer,
  issuer: string,
  now: () => Date,
): readonly Review[] => [
  ...accessReviews(authorizer), // kubectl auth can-i, and servers that leave authorization to this one
  rulesReview(authorizer), // kubectl auth can-i --list
  selfReview(now), // kubectl auth whoami
  tokenReview(authenticator, issuer), // servers that leave authentication to this one
]
