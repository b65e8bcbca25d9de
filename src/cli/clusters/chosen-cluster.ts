import { type Claim, listClaims } from '#cluster/claims/claim.ts'
import { contextName } from '../kubeconfig/kubeconfig.ts'
import { kubeconfigPaths, readKubeconfigs } from '../kubeconfig/kubeconfig-read.ts'

const DEFAULT_NAME = 'fairlead'

/**
 * The cluster that a verb which only looks is about: the one that was named; else the one that kubectl would ask, where
 * that is one of this machine; else `fairlead`. A kubeconfig that nobody can read names none.
 */
export const chosenCluster = (
  name: string | undefined,
  environment: NodeJS.ProcessEnv,
  claims: () => readonly Claim[] = listClaims,
): string => name ?? clusterOfContext(environment, claims()) ?? DEFAULT_NAME

/** By its name, and by where its API server is: another machine's cluster may have the same name. */
const clusterOfContext = (environment: NodeJS.ProcessEnv, claims: readonly Claim[]): string | undefined => {
  try {
    const kubeconfig = readKubeconfigs(kubeconfigPaths(undefined, environment))
    const current = kubeconfig?.contexts?.find((one) => one.name === kubeconfig['current-context'])?.context.cluster
    const server = kubeconfig?.clusters?.find((one) => one.name === current)?.cluster.server
    return claims.find(
      (claim) => contextName(claim.name) === current && server === `https://127.0.0.1:${claim.hostPort}`,
    )?.name
  } catch {
    return undefined
  }
}
