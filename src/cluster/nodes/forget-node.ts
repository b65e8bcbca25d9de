import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { type Client, isNotFound } from '#client/client.ts'

/**
 * Takes a node that does not come back out of the API: its Node, with which its Lease goes, and the pods that were there,
 * without waiting for a kubelet that could tell their end. Idempotent.
 */
export const forgetNode = async (client: Client, name: string): Promise<void> => {
  const gone = (error: unknown): void => {
    if (!isNotFound(error)) throw error
  }
  // First: nothing is placed there any more.
  await client.delete(nodes, name).catch(gone)
  const { items } = await client.list(pods, { fieldSelector: `spec.nodeName=${name}` })
  for (const { metadata } of items) {
    const { name: pod, namespace, uid } = metadata!
    await client
      .delete(pods, pod!, { namespace, gracePeriodSeconds: 0, preconditions: { uid } })
      .catch((error: unknown) => gone(error))
  }
}
