import { existsSync, readFileSync } from 'node:fs'
import type { ClusterConfig } from '../config.ts'
import { RESTARTED } from '../processes/processes.ts'
import { ROLES, type Role } from '../role.ts'
import { logPath } from '../state/state.ts'

/** A process that ended so often while the cluster started does not get better by waiting. */
const GIVE_UP_AFTER = 3

/** How often processes of a cluster have ended since this was made; what is in the logs of earlier lives does not count. */
export class Restarts {
  readonly #config: Pick<ClusterConfig, 'stateDir'>
  readonly #before: ReadonlyMap<Role, number>

  constructor(config: Pick<ClusterConfig, 'stateDir'>) {
    this.#config = config
    this.#before = new Map(ROLES.map((role) => [role, this.#times(role)]))
  }

  /** What does not stay up. */
  get failing(): Role | undefined {
    return ROLES.find((role) => this.#times(role) - this.#before.get(role)! >= GIVE_UP_AFTER)
  }

  #times(role: Role): number {
    return readLog(this.#config, role).split(RESTARTED).length - 1
  }
}

/** What a process of this cluster has said, in all its lives. */
export const readLog = ({ stateDir }: Pick<ClusterConfig, 'stateDir'>, role: Role): string => {
  const path = logPath(stateDir, role)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
