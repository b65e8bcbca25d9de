import type { Pod } from '#api/core/pod/message.ts'
import type { ClusterConfig } from '#cluster/config.ts'
import { type Matrix, type MatrixCell, nameOfGroup } from '#explain/trace/policies/matrix.ts'
import { hasSctpSockets } from '#kernel/sockets/probe-socket.ts'
import { podAddresses } from '#objects/pod.ts'
import { namespacePathOf } from '../local/pod-namespace.ts'
import { askAll, gotThere } from './ask-all.ts'

/** What a real connection met; `passed` where anything came back. */
export interface ProbedCell {
  readonly cell: MatrixCell
  readonly answer: string
  /** Undefined: silence, where silence is no proof. */
  readonly passed: boolean | undefined
}

/** A pod of another node answers within a millisecond or two; whoever is busier is asked again, where he should answer. */
const PATIENCE = { quietMs: 200, againMs: 1_500 }

/** Whether this kernel has sockets of a protocol: some are built without SCTP. */
export const canProbe = (protocol: Matrix['protocol']): boolean => protocol !== 'SCTP' || hasSctpSockets()

/**
 * Begins each connection of a matrix for real, from inside the sender's network. What is refused has got there. Silence tells of
 * UDP only where some other sender was answered at that port.
 */
export const probeMatrix = async (
  config: ClusterConfig,
  pods: readonly Pod[],
  matrix: Matrix,
): Promise<readonly ProbedCell[]> => {
  const podOf = new Map(pods.map((pod) => [`${pod.metadata?.namespace}/${pod.metadata?.name}`, pod]))
  const groups = new Map(matrix.groups.map((group) => [nameOfGroup(group), group]))
  const addressOf = (pod: Pod | undefined) =>
    pod && podAddresses(pod).find((address) => address.includes(':') === (matrix.family === 'IPv6'))
  const asked = matrix.cells.map((cell) => {
    const [from, to] = [groups.get(cell.from), groups.get(cell.to)]
    const sender = podOf.get(`${from?.namespace}/${from?.pods[0]}`)
    const other = to?.pods.find((name) => `${to.namespace}/${name}` !== `${from?.namespace}/${from?.pods[0]}`)
    const address = addressOf(podOf.get(`${to?.namespace}/${other ?? to?.pods[0]}`))
    const namespace = sender && namespacePathOf(config, sender)
    if (namespace === undefined || address === undefined) return { cell }
    return {
      cell,
      question: { namespace, protocol: matrix.protocol, address, port: cell.port, expected: cell.passes },
    }
  })
  const answers = await askAll(
    asked.flatMap(({ question }) => question ?? []),
    PATIENCE,
  )
  const inOrder = answers.values()
  const met = asked.map(({ cell, question }): ProbedCell => {
    if (question === undefined) return { cell, answer: 'not sent', passed: undefined }
    const answer = inOrder.next().value!
    return { cell, answer, passed: gotThere(answer) }
  })
  if (matrix.protocol !== 'UDP') return met
  const answering = new Set(met.filter(({ passed }) => passed).map(({ cell }) => `${cell.to} ${cell.port}`))
  return met.map((one) =>
    one.passed === false && !answering.has(`${one.cell.to} ${one.cell.port}`) ? { ...one, passed: undefined } : one,
  )
}
