import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import type { Informer } from '#client/informer.ts'
import { hostPortsKey } from '#forwarding/host-port-key.ts'
import { hostPortsOf, wantsHostPorts } from '#forwarding/host-ports.ts'
import { keyOf, type NamespacedName } from '#objects/object-key.ts'

interface HostPortNode {
  readonly name: string
  readonly addresses: readonly string[]
}

/** `service` undefined: the pod has no ports of its node any more. */
type HostPortListener = (key: NamespacedName, service: Service | undefined, slices: readonly EndpointSlice[]) => void

/** Tells the host ports of the node's own pods: those that there are at once, then each change. The answer ends it. */
export const feedHostPorts = (
  pods: Pick<Informer<Pod>, 'addHandlers'>,
  node: HostPortNode,
  tell: HostPortListener,
): (() => void) => {
  const told = new Set<string>()
  const look = (pod: Pod, isGone = false): void => {
    if (pod.spec?.nodeName !== node.name || !wantsHostPorts(pod)) return
    const key = keyOf(pod)
    const ports = isGone ? undefined : hostPortsOf(pod, node.addresses)
    if (ports !== undefined) told.add(key)
    else if (!told.delete(key)) return
    tell(hostPortsKey(key), ports?.service, ports?.slices ?? [])
  }
  return pods.addHandlers({
    onAdd: (pod) => look(pod),
    onUpdate: (_, after) => look(after),
    onDelete: (last) => look(last, true),
  })
}
