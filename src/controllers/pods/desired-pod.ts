import type { Pod } from '#api/core/pod/message.ts'
import type { PodTemplateSpec } from '#api/core/pod/template.ts'
import type { ApiObject } from '#api/resource.ts'
import { controllerReference } from '#objects/owner-reference.ts'

/**
 * A pod of the template, controlled by `owner`, which the API server names after it, or by `generateName`; `name` names
 * it, and `labels` are added to those of the template.
 */
export const podOf = (
  owner: ApiObject,
  template: PodTemplateSpec | undefined,
  {
    name,
    generateName = `${owner.metadata?.name}-`,
    labels,
  }: {
    readonly name?: string
    readonly generateName?: string
    readonly labels?: { readonly [key: string]: string }
  } = {},
): Pod => {
  const { metadata, spec } = template ?? {}
  const all = { ...metadata?.labels, ...labels }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(name === undefined ? { generateName } : { name }),
      namespace: owner.metadata?.namespace,
      ...(Object.keys(all).length > 0 ? { labels: all } : {}),
      ...(metadata?.annotations ? { annotations: metadata.annotations } : {}),
      ...(metadata?.finalizers ? { finalizers: metadata.finalizers } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    spec,
  }
}
