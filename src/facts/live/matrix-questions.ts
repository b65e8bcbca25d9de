import type { Pod } from '#api/core/pod/message.ts'
import { type Matrix, type MatrixCell, nameOfGroup } from '#explain/trace/policies/matrix.ts'
import { keyOf } from '#objects/object-key.ts'
import { podAddresses } from '#objects/pod.ts'
import { type Answer, gotThere, type Question } from './ask-all.ts'

/** What a real connection met; `passed` where anything came back. */
export interface ProbedCell {
  readonly cell: MatrixCell
  readonly answer: Answer | 'not sent'
  /** Undefined: silence, where silence is no proof. */
  readonly passed: boolean | undefined
  /** Nobody was asked: the pods of one of the ends are at this node, which is lost, and at others that are. */
  readonly lost?: string
}

/** A cell, and how to try it; undefined where a pod has no network or no address of the family, or all are lost with their nodes. */
interface AskedCell {
  readonly cell: MatrixCell
  readonly question: Question | undefined
  /** A node that took one of the ends with it. */
  readonly lost?: string
}

/**
 * How to try each cell: from the first pod of a group whose node is there to the first of the other, or where that is the same
 * to the next. `lost`: names of nodes that answer nothing; `namespaceOf`: path of the network namespace that a pod lives in, if
 * it has one.
 */
export const matrixQuestions = (
  { groups, cells, protocol, family }: Matrix,
  pods: readonly Pod[],
  lost: ReadonlySet<string>,
  namespaceOf: (pod: Pod) => string | undefined,
): readonly AskedCell[] => {
  const podOf = new Map(pods.map((pod) => [keyOf(pod), pod]))
  const podsOf = new Map(
    groups.map((group) => [
      nameOfGroup(group),
      group.pods.flatMap((name) => podOf.get(`${group.namespace}/${name}`) ?? []),
    ]),
  )
  const isThere = ({ spec }: Pod): boolean => !lost.has(spec?.nodeName ?? '')
  return cells.map((cell) => {
    const [from = [], to = []] = [podsOf.get(cell.from), podsOf.get(cell.to)]
    const sender = from.find(isThere)
    const others = to.length > 1 ? to.filter((pod) => pod !== sender) : to
    const receiver = others.find(isThere)
    const [gone] = sender === undefined ? from : receiver === undefined ? others : []
    if (gone !== undefined) return { cell, question: undefined, lost: gone.spec?.nodeName ?? '' }
    const namespace = sender && namespaceOf(sender)
    const address = receiver && podAddresses(receiver).find((one) => one.includes(':') === (family === 'IPv6'))
    return {
      cell,
      question:
        namespace === undefined || address === undefined
          ? undefined
          : { namespace, protocol, address, port: cell.port, expected: cell.passes },
    }
  })
}

/**
 * What the answers, one for each question, say of each cell. What is refused has got there. Silence tells of UDP only where
 * some other sender was answered at that port.
 */
export const probedCells = (
  protocol: Matrix['protocol'],
  asked: readonly AskedCell[],
  answers: readonly Answer[],
): readonly ProbedCell[] => {
  const inOrder = answers.values()
  const met = asked.map(({ cell, question, lost }): ProbedCell => {
    if (question === undefined)
      return { cell, answer: 'not sent', passed: undefined, ...(lost !== undefined && { lost }) }
    const answer = inOrder.next().value!
    return { cell, answer, passed: gotThere(answer) }
  })
  if (protocol !== 'UDP') return met
  const answering = new Set(met.filter(({ passed }) => passed).map(({ cell }) => `${cell.to} ${cell.port}`))
  return met.map((one) =>
    one.passed === false && !answering.has(`${one.cell.to} ${one.cell.port}`) ? { ...one, passed: undefined } : one,
  )
}
