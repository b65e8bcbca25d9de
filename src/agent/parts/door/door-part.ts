import { readFileSync } from 'node:fs'
import type { PluginConf } from '#cni/conf/network-list.ts'
import { conflistText } from '#cni/plugin/conflist.ts'
import { Refusal } from '#cni/plugin/refusal.ts'
import { type AgentNode, nodePart } from '../../runner/agent-node.ts'
import type { Ground, Part } from '../../runner/part.ts'
import { keepNetworks } from '../../watch/keep-networks.ts'
import type { NetworkOwner } from '../../watch/network-keeper.ts'
import type { NamedPod } from '../policies/pod-name.ts'
import { policies } from '../policies/policies-part.ts'
import { services } from '../services/services-part.ts'
import { answerTo } from './answer.ts'
import { type DoorKernel, doorKernel } from './door-kernel.ts'
import { doorMetrics } from './door-metrics.ts'
import { DoorNetwork } from './door-network.ts'
import { DoorServer } from './door-server.ts'
import { HostDoor } from './host-door.ts'
import type { HostFolders } from './host-files.ts'
import { partsReady } from './parts-ready.ts'
import { ToldAddresses } from './told-addresses.ts'

/** How long an ADD waits for what a pod is to find, milliseconds: then the runtime tries again. */
const READY_MS = 20_000

interface DoorOptions {
  /** Where the plugin's program asks, as it lies for us. */
  readonly socket: string
  /** The same as the host sees it, where that is not where the program looks by itself. */
  readonly hostSocket?: string
  /** The plugin's program, which `script/door` compiles. */
  readonly program: string
  readonly folders: HostFolders
  /** Where a path of the host lies for us; the same, where it is not given. */
  readonly hostPath?: (path: string) => string
  /** What the configuration speaks: the first always, others where the runtime knows them (since 1.1.0). */
  readonly versions?: readonly [string, ...string[]]
  /** Plugins that are called after ours. */
  readonly more?: readonly PluginConf[]
  /** Octets, of pods' links; 1500 where it is not given. */
  readonly mtu?: (node: AgentNode & Pick<Ground, 'find'>) => number
  /** Another than the machine's own. */
  readonly kernel?: (options: Parameters<typeof doorKernel>[0]) => DoorKernel
}

type Here = AgentNode & Ground<'pods'>

/** The network of pods that somebody else's kubelet and runtime make, on a node that is not ours: called by CNI. */
export const doorNetwork = (options: DoorOptions) =>
  nodePart({
    name: 'network',
    needs: { parts: [], partsIfAsked: [policies], sources: ['pods'] },
    carriesPods: true,
    start: (node) => start(node, options),
  })

async function start(node: Here, options: DoorOptions): Promise<Part> {
  const { clock, log, podCidrs } = node
  const { socket, folders, program, versions = ['1.0.0'], hostSocket, more } = options
  const stop = new AbortController()
  const { network, told } = networkOf(node, options)
  const settle = () => network.settle()
  const keeping = keepNetworks(node, {
    kept: () => network.kept(),
    ownerOf: (key) => ownerOf(node.name, network.pod(key)),
  })
  const end = (): void => {
    stop.abort()
    keeping.stop()
    told.close()
    network.close()
  }
  // Before anybody asks: what is left over may have the addresses that are asked for.
  await settle().catch((error: unknown) => log('links of containers that have gone stay for now', error))
  const written = Promise.all([partsReady(node, [services, policies], stop.signal), node.sources.pods.hasSynced])
  const metrics = doorMetrics(() => network.size)
  const door = {
    network,
    ready: () => inTime(written, node, stop.signal),
    faults: () => keeping.status().faults,
  }
  let server: DoorServer
  try {
    server = new DoorServer({
      socket,
      clock,
      log,
      async answer(request) {
        const said = await answerTo(request, door)
        metrics.answered(request, said)
        return said
      },
    })
  } catch (error) {
    end()
    throw error
  }
  const configuration = conflistText({ versions, ...(hostSocket && { socket: hostSocket }), ...(more && { more }) })
  const host = new HostDoor({ folders, program, configuration, clock, settle, log })
  const opened = written.then(() => {
    // Where nobody has given the node a range, we are started anew when it has one.
    if (podCidrs.length > 0) host.open()
  })
  return {
    metrics: metrics.registry,
    ready: podCidrs.length > 0 ? opened : new Promise(() => undefined),
    status: () => ({
      ready: host.isOpen,
      faults: [
        ...(podCidrs.length === 0 ? ['its Node has no spec.podCIDRs to give addresses from'] : []),
        ...host.faults(),
        ...keeping.status().faults,
      ],
    }),
    look: () => keeping.look?.() ?? [],
    async stop() {
      host.close()
      stop.abort()
      await server.close()
      end()
    },
  }
}

const networkOf = (node: Here, { hostPath = (path) => path, kernel = doorKernel, mtu }: DoorOptions) => {
  const { namespace } = node.kernel
  const told = new ToldAddresses(node.sources.pods, node.name)
  const network = new DoorNetwork(
    {
      namespace,
      ranges: node.podCidrs,
      stateDir: node.stateDir,
      bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      hostPath,
      policies: () => node.find(policies),
      takenByOthers: () => told.all(),
    },
    kernel({ node: { namespace, addresses: node.addresses }, mtu: mtu?.(node) }),
  )
  return { network, told }
}

/** Rejects with Refusal where it takes longer than a runtime should wait, or where we stop. */
const inTime = async (written: Promise<unknown>, { clock }: Pick<Here, 'clock'>, stop: AbortSignal): Promise<void> => {
  const late = Promise.withResolvers<never>()
  const refuse = (): void => late.reject(new Refusal('later', 'Services and policies are not written on this node yet'))
  const cancel = clock.after(READY_MS, refuse)
  stop.addEventListener('abort', refuse, { once: true })
  try {
    await Promise.race([written, late.promise])
  } finally {
    cancel()
    stop.removeEventListener('abort', refuse)
  }
}

const ownerOf = (node: string, pod: NamedPod | undefined): NetworkOwner | undefined => {
  if (pod === undefined) return undefined
  const { namespace, name, uid } = pod
  if (namespace === '') return { who: `${node}, container ${name}`, about: undefined }
  const about = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, uid } }
  return { who: `${node}, pod ${namespace}/${name}`, about }
}
