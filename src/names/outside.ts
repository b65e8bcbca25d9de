import { foldName, reverseKind } from './dns-name.ts'
import { ExtendedError, STILL_READING } from './extended-error.ts'
import { type Answer, type Question, Rcode } from './record.ts'
import { topLevelDomains } from './top-level-domains.ts'

/** What this is outside of. */
interface Outside {
  readonly domain: string
  /** Not all that the cluster holds has been read yet. */
  readonly filling: boolean
}

/** An answer without records that speaks for no zone. */
export const plainAnswer = (rcode: number, reason?: Answer['extendedError']): Answer => ({
  rcode,
  authoritative: false,
  answers: [],
  authority: [],
  additional: [],
  ...(reason ? { extendedError: reason } : {}),
})

/**
 * A name that is neither of the cluster nor can be asked for elsewhere. What cannot exist is NXDOMAIN: to a resolver a
 * refusal is an outage, and a typing error is none (`web.defualt` comes here when the search list has failed). What may
 * exist is refused: nobody here knows. None of it is authoritative, and without an SOA nobody remembers it.
 */
export const answerOutside = (question: Question, { domain, filling }: Outside): Answer => {
  const name = foldName(question.name)
  const reverse = reverseKind(name)
  if (reverse && filling) return plainAnswer(Rcode.SERVFAIL, STILL_READING)
  // Some address below may have a name.
  if (reverse === 'prefix') return plainAnswer(Rcode.NOERROR)
  if (reverse || !mayExist(name)) return plainAnswer(Rcode.NXDOMAIN)
  return plainAnswer(Rcode.REFUSED, {
    code: ExtendedError.NOT_AUTHORITATIVE,
    text: `${name} is outside ${domain}, and this cluster has no egress`,
  })
}

/** Of a single label, such as a Service's name, nothing is known to be below it, and no host is called so. */
const mayExist = (name: string): boolean => {
  if (name === '') return true
  const labels = name.split('.')
  const last = labels.at(-1)!
  return labels.length > 1 && (last === 'arpa' || last.startsWith('xn--') || topLevelDomains().has(last))
}
