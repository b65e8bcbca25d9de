import type { RequestTrace } from '../trace/request/request.ts'
import type { Trace } from '../trace/trace.ts'
import { objectText } from './object.ts'
import { listed } from './text.ts'

/** What it all comes to, in one line. `who` sends. */
export function verdictText(trace: Trace, who: string): string {
  return `${wayText(trace, who)}${trace.request === undefined ? '' : answerText(trace.request)}`
}

/** `: 404 by Gateway shop/public` */
const answerText = ({ answer, gateway }: RequestTrace): string => {
  switch (answer.code) {
    case 'redirected':
      return `; ${objectText(gateway)} answers ${answer.status}, ${answer.location}`
    case 'refused':
    case 'answered':
      return `; ${objectText(gateway)} answers ${answer.status}`
    case 'forwarded': {
      const bad = answer.shares.filter(({ status }) => status !== undefined)
      const words = bad.map(({ weight, of, status }) => `${status}${weight === of ? '' : ` to ${weight} of ${of}`}`)
      return bad.length === 0 ? '' : `; ${objectText(gateway)} answers ${listed(words)}`
    }
    case 'unanswered':
      return ''
  }
}

function wayText({ verdict, basis, outcomes, question }: Trace, who: string): string {
  const { to } = question
  // Of a name that led nowhere no kernel knows anything.
  const model = basis === 'model' && outcomes.length > 0 ? ', by the model' : ''
  switch (verdict) {
    case 'reachable': {
      const seen = [...new Set(outcomes.flatMap(({ sourceSeen }) => sourceSeen ?? []))]
      const text = `${who}${seen.length > 0 ? `; it sees ${listed(seen, 'or')}` : ''}`
      const unasked = basis === 'model' ? '; no kernel was asked' : ''
      return outcomes.some(({ listensUnknown }) => listensUnknown)
        ? `REACHABLE${model}, as far as can be seen: ${to} from ${text}; whether a program listens there is not known${unasked}`
        : `REACHABLE${model}: ${to} answers ${text}${unasked}`
    }
    case 'unknown':
      return `NOT KNOWN whether ${to} answers ${who}`
    case 'sometimes':
      return `ONLY SOMETIMES REACHABLE${model}: ${to} from ${who}`
    case 'unreachable':
      return `NOT REACHABLE${model}: ${to} from ${who}`
  }
}
