import { decodeRecords } from '#dns/decode.ts'
import { encodeQuestion } from '#dns/encode.ts'
import { namespacePath } from '#kernel/namespace.ts'
import { bindUdp } from '#kernel/socket.ts'
import { RecordType } from '#names/record.ts'
import type { ClusterConfig, NodeConfig } from '../config.ts'

/**
 * How long one question may wait before it is asked again, milliseconds; the first may come before the rules are there.
 */
const PATIENCE_MS = 20

/**
 * Asks the cluster's DNS, by its ClusterIP, from the network of every node, for the `kubernetes` Service: through the
 * kernel's rules, as pods do.
 */
export const clusterAnswers = async (config: ClusterConfig): Promise<void> => {
  await Promise.all(config.nodes.map((node) => nodeAnswers(config, node)))
}

const nodeAnswers = async (config: ClusterConfig, node: NodeConfig): Promise<void> => {
  const socket = await bindUdp(namespacePath(node.namespace), node.addresses[0], 0)
  const question = encodeQuestion(`kubernetes.default.svc.${config.clusterDomain}`, RecordType.A)
  const ask = (): void => {
    // Refused while the rules are not there: EPERM or ECONNREFUSED, and then it is asked again.
    socket.send(question, 53, config.clusterDns[0], () => undefined)
  }
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve) => {
      socket.on('error', () => undefined)
      socket.on('message', (message) => {
        if (decodeRecords(message).length > 0) resolve()
      })
      timer = setInterval(ask, PATIENCE_MS)
      ask()
    })
  } finally {
    clearInterval(timer)
    socket.close()
  }
}
