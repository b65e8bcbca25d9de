import { isAnswered } from '#agent/parts/dns/dns-question.ts'
import { decodeRecords } from '#dns/decode.ts'
import { namespacePath } from '#kernel/namespaces/namespace.ts'
import { bindUdp } from '#kernel/sockets/socket.ts'
import type { ClusterConfig } from '../config.ts'

/**
 * Asks the cluster's DNS, by its ClusterIP, from the network of every node, for the `kubernetes` Service, until it has
 * its address: through the kernel's rules, as pods do.
 */
export const clusterAnswers = async (config: ClusterConfig): Promise<void> => {
  await Promise.all(
    config.nodes.map(async ({ namespace, addresses }) =>
      isAnswered(await bindUdp(namespacePath(namespace), addresses[0], 0), {
        server: config.clusterDns[0],
        domain: config.clusterDomain,
        accepts: (answer) => decodeRecords(answer).length > 0,
      }),
    ),
  )
}
