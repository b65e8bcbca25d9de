import { socketText } from '#net/port-protocol.ts'
import type { Accord, ComparedWalk, Live, LiveRequest, Observation, Untraced, WalkEnd } from '../trace/live.ts'
import type { Trace } from '../trace/trace.ts'
import type { ModelWalk } from '../trace/walk/model-walk.ts'
import type { PathOutcome } from '../trace/walk/outcome.ts'
import type { Step } from '../trace/walk/step.ts'
import { nameText, objectText } from './object.ts'
import { listed, plain } from './text.ts'

const ACCORDS: Readonly<Record<Accord, string>> = {
  agree: 'kernel and model agree',
  unanswered: 'NO ANSWER: the packets go as the model says; whether anybody answers them was not seen',
  disagree: 'KERNEL AND MODEL DISAGREE',
}

/** The lines below a trace; `live` is undefined where there was no address to send to. */
export const printLive = (live: Live | undefined, trace: Trace): string =>
  live === undefined
    ? 'LIVE: nothing was sent, as there is no address to send to\n'
    : [
        `LIVE: ${isGatewaysAlone(live) ? 'GATEWAY AND MODEL DISAGREE' : ACCORDS[live.accord]}`,
        ...[...requestLines(live.request, trace), ...liveLines(live, trace)].map((line) => `  ${plain(line)}`),
        '',
      ].join('\n')

/** The packets went as the model says, and the request was not answered so. */
const isGatewaysAlone = ({ request, met, trace }: Live): boolean =>
  request?.accord === 'disagree' &&
  met.every(({ accord }) => accord !== 'disagree') &&
  trace.walks.every(({ fits }) => fits)

const requestLines = (request: LiveRequest | undefined, { steps }: Pick<Trace, 'steps'>): readonly string[] => {
  if (request === undefined) return []
  const { accord, status, location, isOwn, failure } = request
  if (status === undefined) return [`the gateway gave no answer: ${failure}${verdictOf(accord)}`]
  const isWrong = accord === 'disagree' && isOwn === true
  const got = `the gateway ${isWrong ? 'itself ' : ''}answered ${status}${location ? `, ${location}` : ''}`
  const causes = isWrong ? causesOf(status, steps.filter(isBackend)) : []
  return [`${got}${verdictOf(accord)}`, ...causes.map((one) => `  it may be that ${one}`)]
}

const verdictOf = (accord: Accord): string => (accord === 'disagree' ? ', and should not' : ', as it should')

type BackendStep = Extract<Step, { readonly code: 'backend' }>
const isBackend = (step: Step): step is BackendStep => step.code === 'backend'

/** What makes a gateway answer so for a backend that it reaches. */
const causesOf = (status: number, backends: readonly BackendStep[]): readonly string[] => [
  ...new Set(backends.flatMap((one) => CAUSES[status]?.(`${nameText(one.service)}:${one.port}`, one) ?? [])),
]

/** By `tls`, the name that the backend’s certificate must be for, `''` where it is not looked at; undefined: no TLS. */
const CAUSES: Readonly<Record<number, (name: string, step: Pick<BackendStep, 'tls' | 'refused'>) => string>> = {
  502: (name, { tls, refused: [first] = [] }) => {
    if (tls !== undefined) return `${name} does not speak HTTP behind TLS`
    const why = first === undefined ? 'which nothing says here' : `and ${objectText(first.policy)} is not in force`
    return `${name} does not speak HTTP, or speaks TLS, ${why}`
  },
  503: (name, { tls }) => {
    if (tls === undefined) return `${name} takes no connections now`
    const certificate =
      tls === '' ? '' : `, or its certificate is not for ${tls}, or not signed by whom the policy names`
    return `${name} does not speak TLS${certificate}`
  },
  504: (name) => `${name} begins to answer too late for the rule’s time limit`,
}

/** What the probes met, and where that is not what the model says. */
const liveLines = (
  { met, trace }: Pick<Live, 'met' | 'trace'>,
  { outcomes, walks }: Pick<Trace, 'outcomes' | 'walks'>,
): readonly string[] => [
  ...met.map(({ observation, count, accord }) => `${count} × ${observationText(observation)}${NOTES[accord]}`),
  ...(met.length === 0 || met.some(({ accord }) => accord === 'disagree')
    ? [`the model: ${listed([...new Set(outcomes.map(outcomeText))], 'or')}`]
    : []),
  ...walkLines(trace.walks, walks),
  ...trace.unavailable.map((one) => `without the kernel’s own trace, by conntrack alone: ${untracedText(one)}`),
]

const NOTES: Readonly<Record<Accord, string>> = {
  agree: '',
  unanswered: ' (the way that the model knows)',
  disagree: ' (not as the model knows it)',
}

const ANSWERS = {
  answered: 'answered',
  refused: 'refused',
  silent: 'no answer',
  unreachable: 'unreachable',
  forbidden: 'refused to be sent',
} as const

/** What somebody was there to say. */
const GOT_THERE: ReadonlySet<Observation['answer']> = new Set(['answered', 'refused'])

function observationText({ answer, translation }: Observation): string {
  if (translation === undefined) return ANSWERS[answer]
  const { node, backend, sourceSeen } = translation
  const got = GOT_THERE.has(answer) ? `, which sees ${sourceSeen}` : `, from ${sourceSeen}`
  return `${ANSWERS[answer]}: ${node} sent it to ${socketText(backend.address, backend.port)}${got}`
}

function outcomeText({ verdict, backend, sourceSeen, node }: PathOutcome): string {
  const at = node === undefined ? '' : ` at ${node}`
  if (backend === undefined) return `${verdict}${at}`
  const source = sourceSeen ? `, ${verdict === 'denied' ? 'from' : 'which sees'} ${sourceSeen}` : ''
  return `${verdict} to ${socketText(backend.address, backend.port)}${at}${source}`
}

const untracedText = (untraced: Untraced): string =>
  untraced.code === 'silent' ? 'it told of no packet' : `${untraced.node}: ${untraced.message}`

const endText = (end: WalkEnd): string => {
  if (end.code === 'dropped-elsewhere') return `dropped by a ${end.by} of table ${end.table}, chain ${end.chain}`
  return end.code === 'dropped-by-policies' ? `dropped by policies, chain ${end.chain}` : end.code
}

/** Of each walk of the kernel one line; equal ones once. */
function walkLines(walks: readonly ComparedWalk[], model: readonly ModelWalk[]): readonly string[] {
  const lines = new Set<string>()
  for (const { node, chains, ends, fits } of walks) {
    const where = chains.length === 0 ? 'no chain of ours' : chains.join(', ')
    const text = [where, ...ends.map(endText)].join('; ')
    lines.add(`${node}: the kernel walked: ${text}${fits ? '' : ' (not as the model)'}`)
    if (fits) continue
    for (const one of model)
      if (one.node === node)
        for (const way of one.ways) lines.add(`${node}: the model walks: ${way.map(({ chain }) => chain).join(', ')}`)
  }
  return [...lines]
}
