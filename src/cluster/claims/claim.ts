import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, type ProcessIdentity } from '#runtime/runc/processes/process-identity.ts'
import type { ClusterConfig } from '../config.ts'
import type { Role } from '../role.ts'
import { mayBeStateOf } from '../state/state-folder.ts'

/**
 * Where claims lie: with the names of network namespaces, so it lives as long as what is claimed, which no restart of
 * the machine outlasts. No setting moves it: a name is claimed for the machine, wherever the cluster's state lies.
 */
export const CLAIMS = '/run/fairlead'

/**
 * A cluster's hold on its name. Everybody may read it (`list` works without root): it holds no secret.
 */
export interface Claim {
  readonly name: string
  readonly stateDir: string
  /** NAME/UUID: of this life of the cluster, and of no other of that name. Its processes have it in their environment. */
  readonly token: string
  /** The `up` that made it. */
  readonly by: ProcessIdentity
  readonly supervisors: readonly { readonly role: Role; readonly process: ProcessIdentity }[]
  /** Its `up` has come to its end: without, and with `by` dead, nobody finishes what was begun. */
  readonly finished?: true
  /** A `down` is at work: an `up` that is not at its end gives up. */
  readonly stopping?: true
  /** Nothing of it runs: `up` brings it back as it was. */
  readonly stopped?: true
  readonly nodes: number
  /** The API's port on 127.0.0.1. */
  readonly hostPort: number
  readonly clusterCidr: ClusterConfig['clusterCidr']
  readonly serviceCidr: ClusterConfig['serviceCidr']
}

const pathOf = (name: string, folder: string): string => join(folder, `${name}.json`)

/** What is no claim on that name, whoever wrote it, is none: it leads to no folder and no process. */
const parseClaim = (name: string, value: unknown): Claim | undefined => {
  const claim = (typeof value === 'object' && value !== null ? value : {}) as Partial<Claim>
  const { stateDir, token, by, supervisors, clusterCidr, serviceCidr } = claim
  const isProcess = (one: unknown): boolean =>
    Number.isInteger((one as ProcessIdentity | undefined)?.pid) &&
    typeof (one as ProcessIdentity).startTime === 'string'
  const whole =
    claim.name === name &&
    mayBeStateOf(name, stateDir) &&
    typeof token === 'string' &&
    /^[a-z0-9-]+\/[0-9a-z-]+$/.test(token) &&
    token.startsWith(`${name}/`) &&
    isProcess(by) &&
    Array.isArray(supervisors) &&
    supervisors.every((one) => isProcess((one as { process?: unknown } | null)?.process)) &&
    [claim.finished, claim.stopping, claim.stopped].every((mark) => mark === undefined || mark === true) &&
    Number.isInteger(claim.nodes) &&
    Number.isInteger(claim.hostPort) &&
    Array.isArray(clusterCidr) &&
    Array.isArray(serviceCidr)
  return whole ? (claim as Claim) : undefined
}

/** The claim on a name; undefined where nobody has it, or what stands there is none. */
export const readClaim = (name: string, folder = CLAIMS): Claim | undefined => {
  try {
    return parseClaim(name, JSON.parse(readFileSync(pathOf(name, folder), 'utf8')))
  } catch {
    return undefined
  }
}

/** Every claim of this machine, by name. */
export const listClaims = (folder = CLAIMS): readonly Claim[] => {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .sort()
      .flatMap((file) => readClaim(file.slice(0, -'.json'.length), folder) ?? [])
  } catch {
    return []
  }
}

/** Writes a claim at once: a reader sees the one of before or this. */
export const writeClaim = (claim: Claim, folder = CLAIMS): void => {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const path = pathOf(claim.name, folder)
  const fresh = `${path}.${process.pid}.tmp`
  writeFileSync(fresh, `${JSON.stringify(claim)}\n`, { mode: 0o644 })
  renameSync(fresh, path)
}

/** Gives the name back. */
export const dropClaim = (name: string, folder = CLAIMS): void => {
  rmSync(pathOf(name, folder), { force: true })
}

/** Whether the cluster's `up` was killed before its end. */
export const isUnfinished = ({ by, finished }: Claim): boolean => finished === undefined && !isAlive(by)

/** Whether somebody still keeps the cluster up: its `up`, or a supervisor. */
export const isHeld = ({ by, supervisors }: Claim): boolean =>
  isAlive(by) || supervisors.some(({ process }) => isAlive(process))
