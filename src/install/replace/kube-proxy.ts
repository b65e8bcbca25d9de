import type { DaemonSet } from '#api/apps/daemonset/message.ts'
import { daemonSets } from '#api/apps/daemonset/resource.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { Client } from '#client/client.ts'
import { InstallError } from '../install-error.ts'
import type { NodeTask } from '../nodes/run-on-nodes.ts'

/** A node that nobody has: a DaemonSet that asks for it runs nowhere, and is otherwise as its makers left it. */
const NOWHERE = 'fairlead.dev/replaced'
/** What people who find it so are told. */
const NOTE = 'fairlead.dev/note'
const NOTE_TEXT =
  'Fairlead does this in the cluster; fairlead uninstall, or removing the nodeSelector fairlead.dev/replaced, brings it back'

/** Whether a DaemonSet has been sent away. */
export const isAway = ({ spec }: DaemonSet): boolean => spec?.template?.spec?.nodeSelector?.[NOWHERE] !== undefined

const selecting = (value: string | null, note: string | null) => ({
  metadata: { annotations: { [NOTE]: note } },
  spec: { template: { spec: { nodeSelector: { [NOWHERE]: value } } } },
})

/** Has it run on no node any more; its object stays. Rejects with what the API server says. */
export const sendAway = (client: Client, { metadata }: DaemonSet): Promise<DaemonSet> =>
  client.patch(daemonSets, metadata!.name!, 'merge', selecting('by-fairlead', NOTE_TEXT), {
    namespace: metadata!.namespace!,
  })

/** Has it run again where it ran. Rejects with what the API server says. */
export const callBack = (client: Client, { metadata }: DaemonSet): Promise<DaemonSet> =>
  client.patch(daemonSets, metadata!.name!, 'merge', selecting(null, null), { namespace: metadata!.namespace! })

/**
 * What takes the rules of a kube-proxy out of a node's kernel that has been sent away: its own program, by its own flag,
 * in all modes that it knows (iptables, ipvs, nftables). Throws InstallError where its container cannot be known.
 */
export const cleanupTask = ({ metadata, spec }: DaemonSet): NodeTask => {
  const { containers = [], volumes = [] } = spec?.template?.spec ?? {}
  const container: Container | undefined = containers.find(({ name }) => name === 'kube-proxy') ?? containers[0]
  const program = container?.command?.[0]
  if (!container?.image || program === undefined)
    throw new InstallError(
      'INSTALL_REPLACE',
      `DaemonSet ${metadata?.namespace}/${metadata?.name} does not say which program is kube-proxy`,
      'on each node by hand: kube-proxy --cleanup',
    )
  // Its lock on iptables, and the kernel's modules; its configuration and its account are not asked for.
  const folders = volumes.filter(({ hostPath }) => hostPath !== undefined)
  const names = folders.map(({ name }) => name)
  return {
    name: 'kube-proxy-cleanup',
    namespace: metadata!.namespace!,
    image: container.image,
    command: [program, '--cleanup'],
    volumes: folders,
    volumeMounts: (container.volumeMounts ?? []).filter(({ name }) => names.includes(name)),
  }
}
