import type { Accord, LiveRequest } from '../trace/live.ts'
import type { RequestTrace } from '../trace/request/request.ts'
import type { Verdict } from '../trace/trace.ts'

/** What a real request got, held against what should become of it. `verdict`: of the whole way. */
export const compareRequest = (
  { answer }: RequestTrace,
  verdict: Verdict,
  real: Omit<LiveRequest, 'accord'>,
): LiveRequest => ({ ...real, accord: accordOf(answer, verdict, real) })

const accordOf = (
  answer: RequestTrace['answer'],
  verdict: Verdict,
  { status, location }: Omit<LiveRequest, 'accord'>,
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
      const own = answer.shares.flatMap((share) => share.status ?? share.redirect?.status ?? [])
      const isReached = answer.shares.some(({ outcomes }) => outcomes.some((one) => one.verdict === 'deliver'))
      // What a program behind it answers, nobody knows; what a gateway answers for one that it does not reach is known.
      return when(isReached || own.includes(status) || status === 503 || status === 504)
    }
  }
}
