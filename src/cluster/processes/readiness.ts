import { isAnswered } from '#agent/parts/dns/dns-question.ts'
import { decodeRecords } from '#dns/decode.ts'
import { namespacePath } from '#kernel/namespaces/namespace.ts'
import { bindUdp } from '#kernel/sockets/socket.ts'
import { familyOfText } from '#net/per-family.ts'
import { type ClusterConfig, leaves, nodesUp } from '../config.ts'

/** How long a kubelet's word holds where a node counts as failed after `grace` seconds of silence: four words in that. */
export const leaseSeconds = (grace: number): number => Math.max(1, Math.min(40, Math.floor(grace * 0.8)))

/** How long a flow may be without an answer, milliseconds. */
const PATIENCE_MS = 300

/**
 * Asks the cluster's DNS, by its ClusterIP, from the network of every node that is up, for the `kubernetes` Service, until it has
 * its address: through the kernel's rules, as pods do. Where these rules are others', or nodes are not Ready until others have
 * laid their network, each node's own server is asked; where DNS is others', nobody.
 */
export const clusterAnswers = async (config: ClusterConfig): Promise<void> => {
  if (leaves(config, 'dns')) return
  const isDirect = leaves(config, 'proxy') || leaves(config, 'network')
  await Promise.all(
    nodesUp(config).map(async ({ namespace, addresses }) => {
      const ask = async (): Promise<boolean> =>
        isAnswered(await bindUdp(namespacePath(namespace), addresses[0], 0), {
          server: isDirect ? addresses[0] : config.clusterDns[0],
          family: familyOfText(config.serviceCidr[0]),
          domain: config.clusterDomain,
          accepts: (answer) => decodeRecords(answer).length > 0,
          signal: AbortSignal.timeout(PATIENCE_MS),
        })
      // From another port each time: one flow stays with one node, which may be one that has failed.
      while (!(await ask()));
    }),
  )
}
