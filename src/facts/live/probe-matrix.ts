import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { ClusterConfig } from '#cluster/config.ts'
import type { Matrix } from '#explain/trace/policies/matrix.ts'
import { hasSctpSockets } from '#kernel/sockets/probe-socket.ts'
import { namespacePathOf } from '../local/pod-namespace.ts'
import { askAll } from './ask-all.ts'
import { lostNodes } from './lost-nodes.ts'
import { matrixQuestions, type ProbedCell, probedCells } from './matrix-questions.ts'

/** A pod of another node answers within a millisecond or two; whoever is busier is asked again, where he should answer. */
const PATIENCE = { quietMs: 200, againMs: 1_500 }

/** Whether this kernel has sockets of a protocol: some are built without SCTP. */
export const canProbe = (protocol: Matrix['protocol']): boolean => protocol !== 'SCTP' || hasSctpSockets()

/** Begins each connection of a matrix for real, from inside the sender's network; not of pods whose node is lost. */
export const probeMatrix = async (
  config: ClusterConfig,
  { pods, nodes }: { readonly pods: readonly Pod[]; readonly nodes: readonly Node[] },
  matrix: Matrix,
): Promise<readonly ProbedCell[]> => {
  const lost = lostNodes(config.nodes, nodes)
  const asked = matrixQuestions(matrix, pods, lost, (pod) => namespacePathOf(config, pod))
  const answers = await askAll(
    asked.flatMap(({ question }) => question ?? []),
    PATIENCE,
  )
  return probedCells(matrix.protocol, asked, answers)
}
