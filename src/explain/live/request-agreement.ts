import { ownBody } from '#dataplane/haproxy/config/own-answers.ts'
import type { Accord, LiveRequest } from '../trace/live.ts'
import type { RequestTrace, Share } from '../trace/request/request.ts'
import type { Verdict } from '../trace/trace.ts'

/** What a real request got. */
export interface RealAnswer {
  readonly status?: number
  readonly location?: string
  readonly contentType?: string
  /** Octets of its body, where the answer says so. */
  readonly length?: number
  /** The body, where it is short and was sent. */
  readonly body?: string
  /** Why there was no answer. */
  readonly failure?: string
}

/** What a real request got, held against what should become of it. `verdict`: of the whole way. */
export const compareRequest = ({ answer }: RequestTrace, verdict: Verdict, real: RealAnswer): LiveRequest => {
  const { status, location, failure } = real
  const got = {
    ...(status !== undefined && { status }),
    ...(location !== undefined && { location }),
    ...(isOwn(real) && { isOwn: true }),
    ...(failure !== undefined && { failure }),
  }
  return { accord: accordOf(answer, verdict, got), ...got }
}

/** Whether the gateway gave it by itself, as its words tell. */
const isOwn = ({ status, contentType, length, body }: RealAnswer): boolean => {
  const own = status === undefined ? undefined : ownBody(status)
  return own !== undefined && contentType === 'text/plain' && length === own.length && (body ?? own) === own
}

const accordOf = (
  answer: RequestTrace['answer'],
  verdict: Verdict,
  { status, location, isOwn }: Omit<LiveRequest, 'accord'>,
): Accord => {
  const when = (fits: boolean): Accord => (fits ? 'agree' : 'disagree')
  switch (answer.code) {
    case 'redirected':
      return when(status === answer.status && location === answer.location)
    case 'refused':
    case 'answered':
      return when(status === answer.status)
    case 'unanswered':
      return when(status === undefined)
    case 'forwarded': {
      if (status === undefined) return when(verdict !== 'reachable')
      const { shares } = answer
      if (shares.some((share) => status === (share.status ?? share.redirect?.status))) return 'agree'
      // What a gateway answers for an endpoint that it does not reach is known.
      if ((status === 503 || status === 504) && shares.some(isMissed)) return 'agree'
      // What a program behind it answers, nobody knows; who reaches one has no answer of its own to give.
      return when(isOwn !== true && shares.some(isReached))
    }
  }
}

const isReached = ({ outcomes }: Share): boolean => outcomes.some(({ verdict }) => verdict === 'deliver')
const isMissed = ({ outcomes }: Share): boolean => outcomes.some(({ verdict }) => verdict !== 'deliver')
