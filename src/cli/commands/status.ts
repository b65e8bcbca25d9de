import type { PartState } from '#agent/runner/part.ts'
import { type AgentReport, getJson, getText, type NodeReport } from '#agent/server/agent-api.ts'
import { isUnfinished } from '#cluster/claims/claim.ts'
import { isStopped, whyNotKept } from '#cluster/claims/kept.ts'
import { type ClusterConfig, leaves } from '#cluster/config.ts'
import { findClaim } from '#cluster/processes/lost-claims.ts'
import { findProcesses } from '#cluster/processes/processes.ts'
import { ROLES, type Role } from '#cluster/role.ts'
import { readFault, unreadableHint } from '#cluster/state/control-plane-fault.ts'
import { lostAt, objectsLostMessage, readLives } from '#cluster/state/lives.ts'
import { halfDead } from '#cluster/up/revive.ts'
import { plain } from '#explain/words/text.ts'
import { AGENT_NAMESPACE } from '#facts/agents/agent-pods.ts'
import { installedStatus } from '#facts/agents/installed-status.ts'
import { agentsText } from '../agents-status-text.ts'
import { chosenCluster } from '../clusters/chosen-cluster.ts'
import { type ExplainTarget, explainTarget } from '../clusters/explain-target.ts'
import { knownCluster, needsRoot } from '../clusters/known-cluster.ts'
import { withClusterApi } from '../clusters/with-cluster-api.ts'
import { type Command, type Invocation, nameArgument, outputFlag, shownNameFlag } from '../command.ts'
import { table } from '../table.ts'

/** How long an answer may take, milliseconds. */
const PATIENCE_MS = 3_000
/** How long one may take until it listens, with a processor that others use too, seconds. */
const STARTING_S = 30

export const status: Command = {
  name: 'status',
  summary: 'nodes, addresses, pods and what each kernel has',
  description: `Asks the API and the agents. Exit status 1 where the cluster is stopped, one gives no answer, a process or the supervisor of one is dead, a node
or a part of one is not ready or has a fault (a Service that the kernel refuses, a port that another program holds), the
control plane was started again and has lost its objects, or somebody had changed a link, a route, a setting or the
rules of the networks: it is put right, and the next status says so.`,
  argument: nameArgument,
  flags: {
    name: shownNameFlag,
    kubeconfig: {
      value: 'FILE',
      help: 'of the cluster of this kubeconfig, that is none of this machine: what its nodes’ agents say',
    },
    context: { value: 'CONTEXT', help: 'a context of it; else its current one' },
    'agents-in': { value: 'NAMESPACE', help: 'where the agents of such a cluster are; else fairlead-system' },
    output: outputFlag,
  },
  examples: ['fairlead status', 'fairlead status -o json', 'fairlead status --kubeconfig prod.yaml'],
  async run({ flags, io }) {
    const { kubeconfig, context, 'agents-in': namespace } = flags
    let local: string | undefined
    if (kubeconfig !== undefined || context !== undefined || namespace !== undefined) {
      const target = explainTarget({ name: flags.name, kubeconfig, context }, io.environment)
      // One of this machine is looked at from inside, but where agents are asked for by name.
      if (target.kind === 'api' || namespace !== undefined)
        return await showAgents(target, namespace ?? AGENT_NAMESPACE, flags.output === 'json', io)
      local = target.config.name
    }
    const config = knownCluster(local ?? chosenCluster(flags.name, io.environment))
    if (process.getuid!() !== 0) throw needsRoot(config.name)
    const claim = findClaim(config.name)
    const processes = claim === undefined ? [] : findProcesses(claim)
    const named = ` ${config.name}`
    const wayBack =
      halfDead(config.name, config.stateDir) === undefined
        ? wayBackOf(config.name, processes.length > 0, whyNotKept(claim, config))
        : `to bring the cluster back: fairlead up ${config.name}`
    if (isStopped(claim, config)) {
      const server = `https://127.0.0.1:${config.apiServer.hostPort}`
      if (flags.output === 'json')
        io.out(`${JSON.stringify({ name: config.name, healthy: false, stopped: true, server })}\n`)
      else io.out(`cluster ${config.name}: stopped; ${wayBack}\n`)
      return 1
    }
    const lives = readLives(config.stateDir)
    const objectsLost = lostAt(lives)
    const unfinished = claim !== undefined && isUnfinished(claim)
    const unsupervised = ROLES.filter(
      (role) => processes.some((one) => one.role === role) && !processes.some(({ supervises }) => supervises === role),
    )
    const [agents, api] = await Promise.all([
      outcomeOf(getJson<AgentReport>(config.sockets.agent, '/status', PATIENCE_MS)),
      outcomeOf(getText(config.sockets.api, '/readyz', PATIENCE_MS)),
    ])
    const report = agents.value
    const serving = api.error === undefined
    const isYoung = (role: Role): boolean => processes.some((one) => one.role === role && one.age < STARTING_S)
    const fault = (role: Role, what: string, error: Error | undefined): string =>
      processes.some((process) => process.role === role)
        ? isUnheard(error)
          ? isYoung(role)
            ? `${what}: no answer yet, the ${role} is starting; should it stay so: fairlead logs${named}\n`
            : `${what}: nobody listens, though the ${role} runs: fairlead logs${named}; ${wayBack}\n`
          : `${what}: ${error?.message}, though the ${role} runs: fairlead logs${named}\n`
        : processes.some(({ supervises }) => supervises === role)
          ? `the ${role} is dead; its supervisor starts it again: fairlead logs${named}\n`
          : `the ${role} is dead, and nothing starts it again; ${wayBack}\n`
    const healthy =
      !unfinished &&
      unsupervised.length === 0 &&
      objectsLost === undefined &&
      serving &&
      report?.nodes.every(({ ready }) => ready) === true &&
      report.fabric.parts.every(isWell) &&
      report.network.length === 0
    if (flags.output === 'json') {
      io.out(
        `${JSON.stringify({ name: config.name, healthy, objectsLost, server: `https://127.0.0.1:${config.apiServer.hostPort}`, api: serving, without: config.without ?? [], processes, nodes: report?.nodes ?? [], fabric: report?.fabric ?? { parts: [] }, network: report?.network ?? [] })}\n`,
      )
      return healthy ? 0 : 1
    }
    io.out(
      `cluster ${config.name}: ${healthy ? 'healthy' : 'not healthy'}, API at https://127.0.0.1:${config.apiServer.hostPort}\n\n`,
    )
    if (config.without) io.out(`left to others: ${config.without.join(', ')}\n\n`)
    io.out(
      table(
        ['PROCESS', 'PID', 'MEMORY'],
        processes.map(({ role, pid, rss }) => [role, String(pid), `${Math.round(rss / 1e6)} MB`]),
      ),
    )
    const faults = [
      ...(unfinished ? [`its start was cut off: nobody finishes it; clean up: fairlead down${named}\n`] : []),
      ...unsupervised.map(
        (role) =>
          `the supervisor of the ${role} is dead: should the ${role} end, nothing starts it again; ${wayBack}\n`,
      ),
      ...(objectsLost === undefined ? [] : [`${objectsLostMessage(lives, config.ephemeral)}\n`]),
      ...(serving ? [] : [unreadable(config) ?? fault('control-plane', 'the API', api.error)]),
      ...(report ? [] : [fault('agent-host', 'the nodes’ agents', agents.error)]),
    ]
    if (faults.length > 0) io.out(`\n${faults.join('')}`)
    if (!report) return 1
    io.out(
      `\n${table(
        ['NODE', 'READY', 'ADDRESSES', 'POD RANGES', 'PODS', 'SERVICES', 'DATAPLANE', 'PARTS'],
        report.nodes.map(({ name, ready, state, parts, addresses, podCidrs, pods, dataplane }) => [
          name,
          state ?? (ready ? 'yes' : 'no'),
          addresses.join(','),
          podCidrs.join(','),
          String(pods.length),
          String(dataplane.services),
          state !== undefined
            ? ''
            : leaves(config, 'proxy')
              ? 'of others'
              : dataplane.failed.length > 0
                ? `${dataplane.failed.length} failed`
                : dataplane.pending > 0
                  ? `${dataplane.pending} pending`
                  : `in sync since ${dataplane.appliedAt ?? 'never'}`,
          `${parts.filter(isWell).length}/${parts.length}`,
        ]),
      )}`,
    )
    const pods = report.nodes.flatMap((node) =>
      node.pods.map((pod) => [node.name, pod.namespace, pod.name, pod.phase, pod.addresses.join(',')]),
    )
    if (pods.length > 0) io.out(`\n${table(['NODE', 'NAMESPACE', 'POD', 'PHASE', 'ADDRESSES'], pods)}`)
    for (const node of report.nodes) for (const line of nodeFaults(node, config.name)) io.out(`\n${plain(line)}\n`)
    for (const { name, parts } of [...report.nodes, { name: 'fabric', ...report.fabric }])
      for (const line of parts.flatMap(partFaults)) io.out(`\n${name}: ${plain(line)}\n`)
    for (const text of report.network) io.out(`\nnetwork: ${plain(text)}\n`)
    return healthy ? 0 : 1
  },
}

/** What the agents that are installed in a cluster say. */
const showAgents = async (
  target: ExplainTarget,
  namespace: string,
  isJson: boolean,
  io: Invocation['io'],
): Promise<number> => {
  const status = await withClusterApi(target, reads(namespace), ({ client, transport }) =>
    installedStatus(client, { transport, namespace }),
  )
  io.out(isJson ? `${JSON.stringify(status)}\n` : agentsText(status))
  return status.healthy ? 0 : 1
}

const reads = (namespace: string): string =>
  `status lists nodes, and pods in namespace ${namespace}, and asks agents by get and create of pods/exec there`

/** How a cluster comes to run as a whole again, of which something `runs` yet, or why it does not. */
const wayBackOf = (name: string, runs: boolean, whyNot: string | undefined): string =>
  whyNot === undefined
    ? `to bring the cluster back: ${runs ? `fairlead stop ${name}, then ` : ''}fairlead up ${name}`
    : `the cluster cannot be brought back: ${whyNot}; to clean it up: fairlead down ${name}`

/** What a question to a socket came to. */
interface Outcome<T> {
  readonly value?: T
  readonly error?: Error
}

const outcomeOf = <T>(asked: Promise<T>): Promise<Outcome<T>> =>
  asked.then(
    (value) => ({ value }),
    (error: Error) => ({ error }),
  )

/** Whether nobody listened. */
const isUnheard = (error: (Error & { readonly code?: string }) | undefined): boolean =>
  error?.code === 'ENOENT' || error?.code === 'ECONNREFUSED'

/** Why the control plane does not come back, where its objects are the reason, and what mends it. */
const unreadable = ({ name, stateDir }: ClusterConfig): string | undefined => {
  const fault = readFault(stateDir)
  const hint = fault && unreadableHint(fault, name)
  return fault && hint && `the control plane does not start: ${fault.message}; fairlead stop ${name}, then ${hint}\n`
}

/** Why a node is not Ready, where it is not the fault of a part, which is told beside it. */
const nodeFaults = ({ name, state, why, parts }: NodeReport, cluster: string): readonly string[] => {
  if (state === undefined) return why === undefined || !parts.every(isWell) ? [] : [`${name}: ${why}`]
  const verb = state === 'paused' ? 'unpause' : 'start'
  return [`${name} was ${state}; to undo it: fairlead node ${verb} ${name} --name ${cluster}`]
}

const isWell = ({ ready, faults }: PartState): boolean => ready && faults.length === 0

/** What there is to say of a part that is not well, a line each. */
const partFaults = ({ name, ready, faults }: PartState): readonly string[] => {
  if (ready) return faults
  return [`part ${name} is not ready: ${faults.join('; ') || 'it is starting'}`]
}
