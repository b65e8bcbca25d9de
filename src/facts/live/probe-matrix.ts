import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { ClusterConfig } from '#cluster/config.ts'
import type { Matrix, MatrixCell } from '#explain/trace/policies/matrix.ts'
import { hasSctpSockets } from '#kernel/sockets/probe-socket.ts'
import { namespacePathOf } from '../local/pod-namespace.ts'
import { askAll, gotThere } from './ask-all.ts'
import { lostNodes, planProbes } from './probe-plan.ts'

/** What a real connection met; `passed` where anything came back. */
export interface ProbedCell {
  readonly cell: MatrixCell
  readonly answer: string
  /** Undefined: silence, where silence is no proof. */
  readonly passed: boolean | undefined
  /** Nobody was asked: the pods of either end are at this node alone, which is lost. */
  readonly lost?: string
}

/** A pod of another node answers within a millisecond or two; whoever is busier is asked again, where he should answer. */
const PATIENCE = { quietMs: 200, againMs: 1_500 }

/** Whether this kernel has sockets of a protocol: some are built without SCTP. */
export const canProbe = (protocol: Matrix['protocol']): boolean => protocol !== 'SCTP' || hasSctpSockets()

/**
 * Begins each connection of a matrix for real, from inside the sender's network. What is refused has got there. Silence tells of
 * UDP only where some other sender was answered at that port. Of a node that is stopped, paused or not Ready nobody is asked.
 */
export const probeMatrix = async (
  config: ClusterConfig,
  { pods, nodes }: { readonly pods: readonly Pod[]; readonly nodes: readonly Node[] },
  matrix: Matrix,
): Promise<readonly ProbedCell[]> => {
  const lost = lostNodes(config.nodes, nodes)
  const asked = planProbes(matrix, pods, lost).map(({ cell, lost: at, sender, address }) => {
    const namespace = sender && namespacePathOf(config, sender)
    if (at !== undefined) return { cell, lost: at }
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
  const met = asked.map(({ cell, lost: at, question }): ProbedCell => {
    if (question === undefined) return { cell, answer: 'not sent', passed: undefined, ...(at && { lost: at }) }
    const answer = inOrder.next().value!
    return { cell, answer, passed: gotThere(answer) }
  })
  if (matrix.protocol !== 'UDP') return met
  const answering = new Set(met.filter(({ passed }) => passed).map(({ cell }) => `${cell.to} ${cell.port}`))
  return met.map((one) =>
    one.passed === false && !answering.has(`${one.cell.to} ${one.cell.port}`) ? { ...one, passed: undefined } : one,
  )
}
