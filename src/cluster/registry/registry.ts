import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isPortFree } from '#kernel/sockets/socket.ts'
import { familyOfText } from '#net/per-family.ts'
import { socketText } from '#net/port-protocol.ts'
import { OWNER } from '#runtime/runc/processes/owner.ts'
import { signalNumber } from '#runtime/runc/processes/process-identity.ts'
import { findProgram } from '#runtime/runc/programs/programs.ts'
import { ClusterError } from '../cluster-error.ts'
import type { ClusterConfig } from '../config.ts'
import { findOwned, supervise } from '../processes/processes.ts'
import { writeJson } from '../state/state.ts'

const PROGRAM = 'docker-registry'
/** How long it may take until it answers, and until it has ended, milliseconds. */
const LIMIT_MS = 10_000
const RETRY_MS = 20

const pathsOf = (stateDir: string) => {
  const folder = join(stateDir, 'registry')
  return {
    folder,
    data: join(folder, 'data'),
    /** There while it is wanted: `up` starts it again. */
    settings: join(folder, 'registry.json'),
    stopping: join(folder, 'stopping'),
    log: join(folder, 'registry.log'),
  }
}

/**
 * Where it listens: on loopback, where Docker needs no settings to push, and at the host's address among the nodes, where
 * pods get to it too. Both have what was pushed to the other.
 */
const addressesOf = ({ host }: ClusterConfig): readonly string[] => ['127.0.0.1', host.addresses[0]]

/** The port of a cluster's registry; undefined where none is wanted. */
const portOf = (config: ClusterConfig): number | undefined => {
  try {
    return (JSON.parse(readFileSync(pathsOf(config.stateDir).settings, 'utf8')) as { port: number }).port
  } catch {
    return undefined
  }
}

/**
 * Starts the cluster's registry, Debian's docker-registry, and gives the addresses by which an image can be named: skopeo
 * of Debian 12 takes none of IPv6 in a name. Throws ClusterError
 * REGISTRY_RUNS, PORT_TAKEN, REGISTRY_FAILED, and RuntimeError RUNTIME_PROGRAM_MISSING.
 */
export const startRegistry = async (config: ClusterConfig, token: string, port: number): Promise<readonly string[]> => {
  const paths = pathsOf(config.stateDir)
  const running = portOf(config)
  if (running !== undefined && processesOf(config, token).length > 0)
    throw new ClusterError('REGISTRY_RUNS', `the registry of cluster ${config.name} runs already, at port ${running}`, {
      hint: `end it first: fairlead registry stop ${config.name}`,
    })
  const program = findProgram(PROGRAM)
  const addresses = addressesOf(config)
  const taken = addresses.find((address) => !isPortFree(address, port))
  if (taken !== undefined)
    throw new ClusterError('PORT_TAKEN', `another program listens on ${socketText(taken, port)}`, {
      hint: 'another port: fairlead registry start --port PORT',
    })
  mkdirSync(paths.data, { recursive: true, mode: 0o700 })
  rmSync(paths.stopping, { force: true })
  writeJson(paths.settings, { port })
  for (const [index, address] of addresses.entries()) {
    const file = join(paths.folder, `config-${index}.yml`)
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(settingsOf(paths.data, socketText(address, port), token)), { mode: 0o600 })
    supervise({
      name: `fairlead-${config.name}-registry`,
      folder: paths.folder,
      log: paths.log,
      environment: { ...process.env, [OWNER]: token },
      program: [program, 'serve', file],
    })
  }
  const until = performance.now() + LIMIT_MS
  for (const address of addresses) {
    while (!(await answers(address, port))) {
      if (performance.now() > until) {
        await stopRegistry(config, token)
        throw new ClusterError('REGISTRY_FAILED', `the registry does not answer at ${socketText(address, port)}`, {
          hint: readFileSync(paths.log, 'utf8').trim().split('\n').slice(-3).join('; '),
        })
      }
      await sleep(RETRY_MS)
    }
  }
  return addresses.filter((address) => familyOfText(address) === 'IPv4').map((address) => socketText(address, port))
}

/** Starts it again where the cluster had one when it was stopped. */
export const resumeRegistry = async (config: ClusterConfig, token: string): Promise<void> => {
  const port = portOf(config)
  if (port !== undefined && processesOf(config, token).length === 0) await startRegistry(config, token, port)
}

/** Ends it, and keeps what was pushed. False where there is none. */
export const stopRegistry = async (config: ClusterConfig, token: string): Promise<boolean> => {
  const paths = pathsOf(config.stateDir)
  if (!existsSync(paths.settings)) return false
  writeFileSync(paths.stopping, '')
  rmSync(paths.settings, { force: true })
  const until = performance.now() + LIMIT_MS
  for (let left = processesOf(config, token); left.length > 0; left = processesOf(config, token)) {
    for (const { pid } of left) signalNumber(pid, performance.now() > until - LIMIT_MS / 2 ? 'SIGKILL' : 'SIGTERM')
    if (performance.now() > until)
      throw new ClusterError('KILL_FAILED', `the registry of cluster ${config.name} does not end`)
    await sleep(RETRY_MS)
  }
  return true
}

const settingsOf = (data: string, address: string, secret: string) => ({
  version: 0.1,
  log: { level: 'warn' },
  storage: { filesystem: { rootdirectory: data }, delete: { enabled: true } },
  // The same for both: an upload may begin at one and end at the other.
  http: { addr: address, secret },
})

/** It and its supervisors, by what they were started with. */
const processesOf = ({ stateDir }: ClusterConfig, token: string) =>
  findOwned(token).filter(({ args }) => args.some((arg) => arg.startsWith(`${pathsOf(stateDir).folder}/config-`)))

const answers = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, host)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
