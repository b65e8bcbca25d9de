import type { Pod } from '#api/core/pod/message.ts'
import type { ClusterConfig } from '#cluster/config.ts'
import { type Matrix, type MatrixCell, nameOfGroup } from '#explain/trace/policies/matrix.ts'
import { podAddresses } from '#objects/pod.ts'
import { namespacePathOf } from '../local/pod-namespace.ts'
import { ask } from './ask.ts'

/** What a real connection met; `passed` where anything came back. */
export interface ProbedCell {
  readonly cell: MatrixCell
  readonly answer: string
  /** Undefined: silence, where silence is no proof. */
  readonly passed: boolean | undefined
}

/** So many at a time: silence is waited for. */
const AT_ONCE = 64

/**
 * Begins each connection of a matrix for real, from inside the sender's network. What is refused has got there. Silence tells of
 * UDP only where some other sender was answered at that port.
 */
export const probeMatrix = async (
  config: ClusterConfig,
  pods: readonly Pod[],
  matrix: Matrix & { readonly protocol: 'TCP' | 'UDP' },
): Promise<readonly ProbedCell[]> => {
  const podOf = new Map(pods.map((pod) => [`${pod.metadata?.namespace}/${pod.metadata?.name}`, pod]))
  const groups = new Map(matrix.groups.map((group) => [nameOfGroup(group), group]))
  const addressOf = (pod: Pod | undefined) =>
    pod && podAddresses(pod).find((address) => address.includes(':') === (matrix.family === 'IPv6'))
  const waiting = matrix.cells.map((cell, index) => ({ cell, index }))
  const met = new Array<ProbedCell>(matrix.cells.length)
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { cell, index } = next
      const [from, to] = [groups.get(cell.from), groups.get(cell.to)]
      const sender = podOf.get(`${from?.namespace}/${from?.pods[0]}`)
      const other = to?.pods.find((name) => `${to.namespace}/${name}` !== `${from?.namespace}/${from?.pods[0]}`)
      const address = addressOf(podOf.get(`${to?.namespace}/${other ?? to?.pods[0]}`))
      const namespace = sender && namespacePathOf(config, sender)
      if (namespace === undefined || address === undefined) {
        met[index] = { cell, answer: 'not sent', passed: undefined }
        continue
      }
      const { answer } = await ask({ namespace, protocol: matrix.protocol, address, port: cell.port })
      met[index] = { cell, answer, passed: answer === 'answered' || answer === 'refused' }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  if (matrix.protocol === 'TCP') return met
  const answering = new Set(met.filter(({ passed }) => passed).map(({ cell }) => `${cell.to} ${cell.port}`))
  return met.map((one) =>
    one.passed === false && !answering.has(`${one.cell.to} ${one.cell.port}`) ? { ...one, passed: undefined } : one,
  )
}
