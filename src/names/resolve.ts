import { type Answer, type Question, Rcode, RecordType } from './record.ts'
import { ndotsOf, type ResolvConf } from './resolv-conf.ts'

/**
 * The whole names that a resolver asks for, in order, until one has an answer: as glibc's does (res_search), which asks
 * a name with enough dots as it stands before, one with fewer after all others. A last dot makes a name whole.
 */
const questionsOf = (name: string, conf: Pick<ResolvConf, 'searches' | 'options'>): readonly string[] => {
  if (name.endsWith('.')) return [name.slice(0, -1)]
  const searched = conf.searches.map((suffix) => {
    const bare = suffix.replace(/\.$/, '')
    return bare === '' ? name : `${name}.${bare}`
  })
  const dots = name.split('.').length - 1
  return [...new Set(dots >= ndotsOf({ nameservers: [], ...conf }) ? [name, ...searched] : [...searched, name])]
}

/** What a resolver makes of a name. */
export interface Resolution {
  /** The whole name that has an answer; undefined: none has. */
  readonly name: string | undefined
  /** Of both families; empty where the name has none, or leads out of what was asked. */
  readonly addresses: readonly Uint8Array[]
  /** The name, of somebody else's, that it is another name for. */
  readonly follow?: string
  /** The whole names that were asked for, in order. */
  readonly asked: readonly string[]
  /** The one of them that the server would not answer for, and with which the search ended. */
  readonly refused?: string
}

const FAMILIES = [RecordType.A, RecordType.AAAA]
const CLASS_IN = 1

/** What does not end a search: the name is not there, has no such record, or the server was troubled by this one. */
const PASSED_OVER: readonly number[] = [Rcode.NOERROR, Rcode.NXDOMAIN, Rcode.SERVFAIL]

type ServerAnswer = (Answer & { readonly follow?: string }) | undefined

/**
 * Asks for the addresses of a name as a resolver does. A name that exists without an address is passed over, like one
 * that does not; a chain of names that ends so is an answer all the same. A name of the search list that is refused
 * ends the search: after it, only the name as it stands is asked. `answer` is the server; undefined: it is not the one
 * to ask, and nothing is known.
 */
export const resolve = (
  name: string,
  conf: Pick<ResolvConf, 'searches' | 'options'>,
  answer: (question: Question) => ServerAnswer,
): Resolution => {
  const asked: string[] = []
  let refused: string | undefined
  for (const whole of questionsOf(name, conf)) {
    if (refused !== undefined && whole !== name) continue
    asked.push(whole)
    const replies = FAMILIES.flatMap((type) => answer({ name: whole, type, class: CLASS_IN }) ?? [])
    const found = replies.filter(({ rcode, answers }) => rcode === Rcode.NOERROR && answers.length > 0)
    if (found.length > 0) {
      const addresses = found.flatMap(({ answers }) =>
        answers.flatMap(({ data }) => (data.type === 'A' || data.type === 'AAAA' ? [data.address] : [])),
      )
      return { name: whole, addresses, follow: found.find(({ follow }) => follow !== undefined)?.follow, asked }
    }
    if (whole !== name && replies.some(({ rcode }) => !PASSED_OVER.includes(rcode))) refused = whole
  }
  return { name: undefined, addresses: [], asked, ...(refused === undefined ? {} : { refused }) }
}
