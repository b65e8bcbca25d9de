import { constants } from 'node:os'

/** The first and the last of the signals that have no name of their own, as programs see them. */
const RTMIN = 34
const RTMAX = 64
/** Second names of signals that have a better one. */
const ALIASES = ['SIGIOT', 'SIGPOLL', 'SIGUNUSED', 'SIGCLD']

/**
 * The number of a signal by its name, as images and pods write it: `SIGTERM`, `TERM`, `15`, `SIGRTMIN+3`. Undefined
 * where there is no such signal.
 */
export const numberOfSignal = (text: string): number | undefined => {
  const asked = text.trim().toUpperCase()
  if (/^\d+$/.test(asked)) return inRange(Number(asked))
  const name = asked.startsWith('SIG') ? asked : `SIG${asked}`
  const [, base, sign, offset = '0'] = /^SIG(RTMIN|RTMAX)(?:([+-])(\d+))?$/.exec(name) ?? []
  if (base !== undefined) {
    const steps = sign === '-' ? -Number(offset) : Number(offset)
    const number = (base === 'RTMIN' ? RTMIN : RTMAX) + steps
    return number >= RTMIN && number <= RTMAX ? number : undefined
  }
  if (name === 'SIGCLD') return constants.signals.SIGCHLD
  return (constants.signals as Readonly<Record<string, number>>)[name]
}

const inRange = (number: number): number | undefined => (number >= 1 && number <= RTMAX ? number : undefined)

/** The name of a signal, as Kubernetes writes it. */
export const nameOfSignal = (number: number): string => {
  if (number === RTMIN) return 'SIGRTMIN'
  if (number === RTMAX) return 'SIGRTMAX'
  if (number > RTMIN) return number <= RTMIN + 15 ? `SIGRTMIN+${number - RTMIN}` : `SIGRTMAX-${RTMAX - number}`
  const names = Object.entries(constants.signals).filter(([name]) => !ALIASES.includes(name))
  return names.find(([, of]) => of === number)?.[0] ?? String(number)
}
