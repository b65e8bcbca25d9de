import { dirname } from 'node:path'
import { type Claim, readClaim } from '../claims/claim.ts'
import { ROLES } from '../role.ts'
import { statePaths, tryReadConfig } from '../state/state.ts'
import { mayBeStateOf } from '../state/state-folder.ts'
import { findOwned, isContainerTool, isSupervisorOf, type OwnedProcess } from './processes.ts'

/** Where the state of the cluster `name` lies, as its processes tell: they were started with its configuration. */
export const stateDirOf = (name: string, processes: readonly OwnedProcess[]): string | undefined => {
  const config = processes
    .filter((one) => !isContainerTool(one))
    .flatMap(({ args }) => args.at(-1) ?? [])
    .find((argument) => argument === statePaths(dirname(argument)).config && mayBeStateOf(name, dirname(argument)))
  return config === undefined ? undefined : dirname(config)
}

/**
 * The claims that were deleted of clusters whose processes run, as these tell; `claimed` are the names that have theirs.
 * It looks at every process of the machine: for whoever asks, not for `up`. Needs root; else there are none.
 */
export const lostClaims = (claimed: ReadonlySet<string>): readonly Claim[] => {
  const byName = Map.groupBy(findOwned(''), ({ token }) => token.slice(0, token.indexOf('/')))
  return [...byName].flatMap(([name, processes]): Claim[] => {
    const stateDir = claimed.has(name) ? undefined : stateDirOf(name, processes)
    const config = stateDir === undefined ? undefined : tryReadConfig(statePaths(stateDir).config)
    const [first] = processes
    if (stateDir === undefined || config === undefined || first === undefined) return []
    const supervisors = ROLES.flatMap((role) =>
      processes.filter((one) => isSupervisorOf(one, name, role)).map((process) => ({ role, process })),
    )
    return [
      {
        name,
        stateDir,
        token: first.token,
        by: first,
        supervisors,
        finished: true,
        nodes: config.nodes.length,
        hostPort: config.apiServer.hostPort,
        clusterCidr: config.clusterCidr,
        serviceCidr: config.serviceCidr,
      },
    ]
  })
}

/** The claim on a name, also where it was deleted while the cluster runs. */
export const findClaim = (name: string): Claim | undefined =>
  readClaim(name) ?? lostClaims(new Set()).find((claim) => claim.name === name)
