import { NodeFiles } from '#cni/node/node-files.ts'
import { pluginProcesses } from '#cni/node/plugin-process.ts'
import { Chain } from '#cni/run/chain.ts'
import type { PodIdentity } from '#kubelet/pod-network.ts'
import type { AgentNode } from '../../../runner/agent-node.ts'
import type { Ground, Part } from '../../../runner/part.ts'
import { recorderAt } from '../../../runner/recorder.ts'
import { CniPodNetwork } from './cni-pod-network.ts'
import { NetworkWatch } from './network-watch.ts'

/** How often what plugins did not let go of is tried again, and how long a start waits for their first word, milliseconds. */
const SETTLE_MS = 30_000
const FIRST_WORD_MS = 3_000

/** Pods' links by the plugins that the node's folder of configurations names. */
export const startCniNetwork = async (
  node: AgentNode & Pick<Ground, 'tell'>,
): Promise<Part & { readonly pods: CniPodNetwork }> => {
  const { clock, log, kernel, stateDir } = node
  const stopped = new AbortController()
  const { signal } = stopped
  const files = new NodeFiles(stateDir)
  files.make()
  const chain = new Chain(pluginProcesses({ node: node.name, namespace: kernel.namespace, files, signal }))
  const events = recorderAt(node, 'pod-network', signal)
  let isCollected = false
  const watch = new NetworkWatch({
    folder: files.confFolder,
    chain,
    clock,
    log,
    onChange: () => {
      void collect()
      node.tell()
    },
  })
  const pods = new CniPodNetwork({
    node: { namespace: kernel.namespace, addresses: node.addresses, podCidrs: node.podCidrs },
    stateDir,
    podNamespace: node.podNamespace,
    chain,
    list: () => watch.list,
    unready: () => watch.unready,
    onBroken: (pod, why) => {
      log(`the network of pod ${pod.namespace}/${pod.name} is not as it was made: ${why}`)
      events.record(podObject(pod), 'Warning', 'NetworkBroken', `its network is not as it was made: ${why}`)
    },
    log,
  })
  /** Once in a life of ours, as soon as there is a network that can. */
  async function collect(): Promise<void> {
    if (isCollected || watch.list === undefined) return
    isCollected = true
    await settled
    if (!signal.aborted && watch.list !== undefined) await pods.collect(watch.list)
  }
  let cancel = (): void => undefined
  const settle = async (): Promise<void> => {
    await pods.settle()
    if (!signal.aborted) cancel = clock.after(SETTLE_MS, () => void settle())
  }
  const settled = settle()
  await Promise.race([watch.look(), new Promise<void>((resolve) => clock.after(FIRST_WORD_MS, resolve))])
  void settled.then(() => pods.check())
  return {
    pods,
    ready: Promise.resolve(),
    status: () => ({ ready: true, faults: [], nodeWaits: watch.unready }),
    stop() {
      watch.close()
      cancel()
      stopped.abort(new Error('the network part stops'))
    },
  }
}

const podObject = ({ namespace, name, uid }: PodIdentity) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace, name, uid },
})
