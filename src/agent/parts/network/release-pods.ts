import { deleteNamespace } from '#kernel/namespaces/namespace.ts'
import { deletePodNamespaces } from '#kernel/namespaces/pod-namespaces.ts'
import { AttachmentRecords } from '../attachments/attachment-record.ts'

/**
 * Lets the namespaces of all pods of a node go, by what is recorded in the node's folder: for one that has no power, and
 * whose pods have no processes any more. The records stay, for whoever starts there again to find that nothing stands.
 */
export const releasePods = (stateDir: string): void => {
  for (const { uid, pod, namespaces } of new AttachmentRecords(`${stateDir}/attachments`).read()) {
    if (!pod.hostNetwork) deleteNamespace(namespaces.network)
    deletePodNamespaces(`${stateDir}/namespaces/${uid}`)
  }
}
