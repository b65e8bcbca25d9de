import type { Pod } from '#api/core/pod/message.ts'
import type { ClusterConfig } from '#cluster/config.ts'
import { podNamespace } from '#cluster/machines/names.ts'
import { isNamespace, namespacePath } from '#kernel/namespaces/namespace.ts'

/** Path of the network namespace that a pod lives in; undefined where it has none (yet). */
export function namespacePathOf(config: ClusterConfig, { metadata, spec }: Pod): string | undefined {
  const name = spec?.hostNetwork
    ? config.nodes.find((node) => node.name === spec.nodeName)?.namespace
    : podNamespace(config.name, metadata?.uid ?? '')
  const path = name === undefined ? undefined : namespacePath(name)
  return path !== undefined && isNamespace(path) ? path : undefined
}
