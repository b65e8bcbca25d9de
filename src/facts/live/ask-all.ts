import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Observation } from '#explain/trace/live.ts'
import { withNamespace } from '#kernel/namespaces/namespace.ts'
import { type ProbeProtocol, ProbeSocket } from '#kernel/sockets/probe-socket.ts'
import { datagramsFor } from './datagrams.ts'

/** One connection that is to be begun, and what is expected of it. */
export interface Question {
  /** Path of the network namespace that it leaves from. */
  readonly namespace: string
  readonly protocol: ProbeProtocol
  readonly address: string
  readonly port: number
  /** Whether anything should come back; undefined: nobody knows. */
  readonly expected?: boolean | undefined
}

export type Answer = Observation['answer']

interface Patience {
  /** Milliseconds in which nothing comes to anybody: who has no answer then is told `silent`. */
  readonly quietMs: number
  /** Milliseconds after the first question in which those that met something else than expected are asked again. */
  readonly againMs: number
}

/** So many at a time: each is a descriptor, of which a process has 1,024 at the least. */
const AT_ONCE = 960
/** Between two looks: at first, and when nothing comes. */
const FIRST_LOOK_MS = 1
const MOST_LOOK_MS = 20
/** Between two rounds of those that met something else: nodes are told of a change a moment after the API server has it. */
const PAUSE_MS = 10

/** Whether it got there: what is refused has. */
export const gotThere = (answer: Answer): boolean => answer === 'answered' || answer === 'refused'

const answerOf = (errno: number): Answer => {
  switch (errno) {
    case 0:
      return 'answered'
    case constants.errno.ECONNREFUSED:
    case constants.errno.ECONNRESET:
      return 'refused'
    case constants.errno.EPERM:
      return 'forbidden'
    case constants.errno.ETIMEDOUT:
      return 'silent'
    default:
      return 'unreachable'
  }
}

/**
 * Begins all these connections at once, in this process, and tells what came of each, in their order. Nobody waits for a silence
 * alone: all that were asked together are silent when nothing has come to any of them for a while. Throws KernelError
 * NAMESPACE_UNKNOWN.
 */
export const askAll = async (
  questions: readonly Question[],
  { quietMs, againMs }: Patience,
): Promise<readonly Answer[]> => {
  const answers = new Array<Answer>(questions.length)
  const until = Date.now() + againMs
  let open = questions.map((question, index) => ({ question, index }))
  for (;;) {
    for (let at = 0; at < open.length; at += AT_ONCE) {
      const batch = open.slice(at, at + AT_ONCE)
      const met = await askBatch(
        batch.map(({ question }) => question),
        quietMs,
      )
      for (const [place, { index }] of batch.entries()) answers[index] = met[place]!
    }
    open = open.filter(
      ({ question: { expected }, index }) => expected !== undefined && gotThere(answers[index]!) !== expected,
    )
    if (open.length === 0 || Date.now() >= until) return answers
    await sleep(PAUSE_MS)
  }
}

const askBatch = async (questions: readonly Question[], quietMs: number): Promise<readonly Answer[]> => {
  const answers = new Array<Answer>(questions.length).fill('silent')
  const pending = new Map<number, ProbeSocket>()
  try {
    for (const [namespace, indexes] of Map.groupBy(questions.keys(), (index) => questions[index]!.namespace))
      withNamespace(namespace, () => {
        for (const index of indexes) {
          const question = questions[index]!
          pending.set(index, new ProbeSocket({ ...question, datagrams: datagramsFor(question.port) }))
        }
      })
    let look = FIRST_LOOK_MS
    for (let last = Date.now(); pending.size > 0 && Date.now() - last < quietMs; ) {
      await sleep(look)
      look = Math.min(look * 1.5, MOST_LOOK_MS)
      for (const [index, socket] of pending) {
        const told = socket.poll()
        if (told === undefined) continue
        answers[index] = answerOf(told)
        socket.close()
        pending.delete(index)
        last = Date.now()
        look = FIRST_LOOK_MS
      }
    }
    return answers
  } finally {
    for (const socket of pending.values()) socket.close()
  }
}
