import { type AgentReport, getJson } from '#cluster/agent-api.ts'
import { findProcesses } from '#cluster/processes.ts'
import { type Command, nameFlag, outputFlag } from '../command.ts'
import { knownCluster } from '../known-cluster.ts'
import { table } from '../table.ts'

export const status: Command = {
  name: 'status',
  summary: 'nodes, addresses, pods and what each kernel has',
  description:
    'Asks the agents. Exit status 1 where a node is not ready, a Service could not be written, or a process is dead.',
  flags: { name: nameFlag, output: outputFlag },
  examples: ['fairlead status', 'fairlead status -o json'],
  async run({ flags, io }) {
    const config = knownCluster(flags.name!)
    const processes = findProcesses(config.stateDir)
    const alive = (role: string): boolean => processes.some((process) => process.role === role)
    const report = alive('agent-host')
      ? await getJson<AgentReport>(config.sockets.agent, '/status', 5_000).catch(() => undefined)
      : undefined
    const healthy =
      alive('control-plane') && report?.nodes.every((node) => node.ready && node.dataplane.failed.length === 0) === true
    if (flags.output === 'json') {
      io.out(
        `${JSON.stringify({ name: config.name, healthy, server: `https://127.0.0.1:${config.apiServer.hostPort}`, processes, nodes: report?.nodes ?? [] })}\n`,
      )
      return healthy ? 0 : 1
    }
    io.out(
      `cluster ${config.name}: ${healthy ? 'healthy' : 'not healthy'}, API at https://127.0.0.1:${config.apiServer.hostPort}\n\n`,
    )
    io.out(
      table(
        ['PROCESS', 'PID', 'MEMORY'],
        processes.map(({ role, pid, rss }) => [role, String(pid), `${Math.round(rss / 1e6)} MB`]),
      ),
    )
    for (const role of ['control-plane', 'agent-host'])
      if (!alive(role))
        io.out(`${role} is dead; its supervisor starts it again, or: fairlead down --name ${config.name}\n`)
    if (!report) return 1
    io.out(
      `\n${table(
        ['NODE', 'READY', 'ADDRESSES', 'POD RANGES', 'PODS', 'SERVICES', 'DATAPLANE'],
        report.nodes.map(({ name, ready, addresses, podCidrs, pods, dataplane }) => [
          name,
          ready ? 'yes' : 'no',
          addresses.join(','),
          podCidrs.join(','),
          String(pods.length),
          String(dataplane.services),
          dataplane.failed.length > 0
            ? `${dataplane.failed.length} failed`
            : dataplane.pending > 0
              ? `${dataplane.pending} pending`
              : `in sync since ${dataplane.appliedAt ?? 'never'}`,
        ]),
      )}`,
    )
    const pods = report.nodes.flatMap((node) =>
      node.pods.map((pod) => [node.name, pod.namespace, pod.name, pod.phase, pod.addresses.join(',')]),
    )
    if (pods.length > 0) io.out(`\n${table(['NODE', 'NAMESPACE', 'POD', 'PHASE', 'ADDRESSES'], pods)}`)
    for (const node of report.nodes)
      for (const { service, message, retryAt } of node.dataplane.failed)
        io.out(`\n${node.name}: Service ${service} is not in the kernel: ${message}; tried again at ${retryAt}\n`)
    return healthy ? 0 : 1
  },
}
