export interface Question {
  readonly name: string
  /** Undefined: addresses of both families. */
  readonly type: string | undefined
  /** Name or address; undefined: those of resolv.conf. */
  readonly server: string | undefined
  readonly port: number
  /** Seconds; undefined: as resolv.conf has it. */
  readonly timeout: number | undefined
  readonly retry: number | undefined
}

/** A command line that asks nothing, or for what is not here. */
export class QuestionError extends Error {
  readonly code = 'NSLOOKUP_QUESTION'
}

const TYPE = /^-(?:type|query|querytype|q)=(.*)$/
const NUMBER = /^-(port|timeout|retry)=(.*)$/
const MOST: Readonly<Record<string, number>> = { port: 65535, timeout: 3600, retry: 100 }

/** Throws QuestionError. */
export const parseNslookup = (args: readonly string[], types: readonly string[]): Question => {
  const words: string[] = []
  const numbers: Record<string, number> = {}
  let type: string | undefined
  for (const word of args) {
    const [, asked] = TYPE.exec(word) ?? []
    const [, option = '', text = ''] = NUMBER.exec(word) ?? []
    if (asked !== undefined) {
      type = asked.toLowerCase()
      if (!types.includes(type)) throw new QuestionError(`${word}: known types are ${types.join(', ')}`)
    } else if (option !== '') {
      const value = Number(text)
      if (!/^\d+$/.test(text) || value < 1 || value > MOST[option]!)
        throw new QuestionError(`${word}: a number from 1 to ${MOST[option]} is asked`)
      numbers[option] = value
    } else if (word.startsWith('-')) throw new QuestionError(`${word}: known are -type=, -port=, -timeout= and -retry=`)
    else words.push(word)
  }
  const [name, server, ...more] = words
  if (name === undefined || name === '' || more.length > 0)
    throw new QuestionError('one name is asked, and a server where it is not that of the pod: nslookup NAME [SERVER]')
  return { name, type, server, port: numbers.port ?? 53, timeout: numbers.timeout, retry: numbers.retry }
}
