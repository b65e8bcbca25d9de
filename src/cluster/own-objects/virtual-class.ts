import type { RuntimeClass } from '#api/node/runtimeclass/message.ts'
import { runtimeClasses } from '#api/node/runtimeclass/resource.ts'
import type { ResourceObject } from '#api/resource.ts'
import { VIRTUAL_HANDLER } from '#runtime/virtual/virtual-handler.ts'

const virtual: RuntimeClass = {
  apiVersion: 'node.k8s.io/v1',
  kind: 'RuntimeClass',
  metadata: { name: VIRTUAL_HANDLER },
  handler: VIRTUAL_HANDLER,
}

/** By which every pod of a cluster can do without processes. */
export const VIRTUAL_CLASS: ResourceObject = { resource: runtimeClasses, object: virtual }
