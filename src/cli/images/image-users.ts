import { listClusters } from '#cluster/claims/known-clusters.ts'
import { lostClaims } from '#cluster/processes/lost-claims.ts'
import { statePaths } from '#cluster/state/state.ts'
import { readRecords } from '#runtime/runc/bundle/container-record.ts'
import { runtimePaths } from '#runtime/runc/bundle/runtime-paths.ts'

/** Who runs which image, in all clusters of this machine, those that are stopped among them: pods by the image's id. */
export const imageUsers = (): ReadonlyMap<string, readonly string[]> => {
  const users = new Map<string, string[]>()
  for (const { name, claim, config } of listClusters(lostClaims)) {
    const stateDir = config?.stateDir ?? claim?.stateDir
    if (stateDir === undefined) continue
    for (const { imageIds = [], annotations } of readRecords(runtimePaths(statePaths(stateDir).containers)).stored) {
      const pod = `pod ${annotations['io.kubernetes.pod.namespace']}/${annotations['io.kubernetes.pod.name']} of cluster ${name}`
      for (const id of imageIds) {
        const known = users.get(id) ?? []
        if (!known.includes(pod)) users.set(id, [...known, pod])
      }
    }
  }
  return users
}
