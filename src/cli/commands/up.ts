import { nodesUp } from '#cluster/config.ts'
import { checkSettings } from '#cluster/nodes/node-settings.ts'
import { auditPath } from '#cluster/state/state.ts'
import { up as startCluster } from '#cluster/up/up.ts'
import { CliError } from '../cli-error.ts'
import { type Command, nameArgument, nameFlag, outputFlag, quietFlag } from '../command.ts'
import { withFile } from '../file/with-file.ts'
import { registryFlags, registrySettings } from '../images/registry-flags.ts'
import { takeInterrupts } from '../interrupt.ts'
import { contextName } from '../kubeconfig/kubeconfig.ts'
import { enterKubeconfig, leaveKubeconfig, refuseShownKubeconfig } from '../kubeconfig/kubeconfig-entry.ts'
import { leftOut, networkHint, upText } from '../left-out-flags.ts'
import { secondsOf } from '../seconds.ts'

const range = (what: string, standard: string) => ({
  value: 'V4,V6',
  help: `${what} (${standard}, or the next free block)`,
})

export const up: Command = {
  name: 'up',
  summary: 'start a cluster and make it kubectl’s current context',
  description: `Returns when the API answers, all nodes are Ready and DNS resolves. Needs root.
A range that is not given moves to the next free block where it would collide with another cluster or a route of this machine;
one that is given and collides is an error. Objects are kept in the state folder. A cluster that was stopped, or whose machine
was restarted, is brought back as it was: then a flag that says otherwise is an error. Where its processes alone were killed, they
are started again, and take up the pods that run and the rules that stand: traffic through Services goes on meanwhile.
A cluster has IPv4 and IPv6; with a --cluster-cidr (or --service-cidr) of one family, V4 or V6, all of it has that one alone.`,
  argument: nameArgument,
  flags: {
    name: nameFlag,
    file: {
      value: 'PATH',
      short: 'f',
      help: 'what the cluster is, as a file (- is the standard input); a flag counts over its field: docs/cluster-file.md',
    },
    nodes: { value: 'N', default: '3', help: 'how many nodes' },
    kubeconfig: { value: 'PATH', help: 'the kubeconfig to write to, instead of the one that kubectl uses' },
    'load-balancer': {
      value: 'MODE',
      default: 'pool',
      choices: ['pool', 'none'],
      help: 'give Services of type LoadBalancer an address, or leave them pending',
    },
    network: {
      value: 'MODE',
      default: 'routed',
      choices: ['routed', 'none'],
      help: 'the pod network: routes of ours, or none, for CNI plugins that others lay down on the nodes (as --without network)',
    },
    without: {
      value: 'WHAT,…',
      default: '',
      help: 'what others do in this cluster: any of proxy, dns, network, policies and gateway',
    },
    egress: { help: 'let pods out through this machine' },
    ephemeral: { help: 'keep objects in memory alone: they are lost when the control plane ends' },
    audit: { help: 'write of each request to the API in the audit log, logs/audit.log in the state folder' },
    ...registryFlags,
    'allow-host-access': {
      help: 'let pods have of this machine what they ask for: hostPath, hostPID, hostIPC, privileged, and capabilities that reach it',
    },
    'set-aside': {
      help: 'where the objects of a stopped cluster cannot be read, set their file aside and begin without them',
    },
    'cluster-cidr': range('addresses of pods', '10.244.0.0/16,fd00:10:244::/56'),
    'service-cidr': range('addresses of Services', '10.96.0.0/16,fd00:10:96::/112'),
    'cluster-dns': range('address of the cluster’s DNS', 'the tenth of the Services'),
    'node-cidr': range('addresses of nodes', '172.30.0.0/16,fd00:172:30::/64'),
    'load-balancer-cidr': range('pool of the load balancer', 'the upper end of the nodes'),
    'nodeport-addresses': { value: 'CIDR,…', help: 'addresses of nodes on which NodePorts answer (all)' },
    'node-monitor-grace-period': {
      value: 'TIME',
      default: '50s',
      help: 'how long a node may say nothing until it is NotReady: 10s, 1m',
    },
    'node-port-range': { value: 'FROM-TO', default: '30000-32767', help: 'ports of Services on nodes' },
    quiet: quietFlag,
    output: outputFlag,
  },
  examples: [
    'fairlead up',
    'fairlead up ci --nodes 1 --kubeconfig ./kubeconfig',
    'fairlead up --service-cidr 10.200.0.0/16,fd00:200::/112',
    'fairlead up --cluster-cidr 10.1.0.0/16',
    'fairlead up -f examples/cluster/zones.yaml',
  ],
  async run(invocation) {
    const { io } = invocation
    const started = performance.now()
    // Without a file nobody waits until what reads one is loaded.
    const file =
      invocation.flags.file === undefined
        ? undefined
        : await (await import('../file/read-cluster-file.ts')).readClusterFile(invocation.flags.file)
    const { flags, switches, asked } = withFile(invocation, file)
    const grace = secondsOf('up: --node-monitor-grace-period', flags['node-monitor-grace-period']!)
    const nodes = Number(flags.nodes)
    if (!/^\d+$/.test(flags.nodes!))
      throw new CliError('USAGE', `up: --nodes is '${flags.nodes}', but must be a number`)
    const settings = file?.nodes ?? []
    for (const [index, node] of settings.entries())
      await checkSettings(node, `${invocation.flags.file}: nodes[${index}]`)
    const manifests =
      file === undefined ? [] : (await import('../file/manifests.ts')).readManifests(file.manifests, file)
    const waitMs = file?.wait === undefined ? undefined : 1000 * secondsOf(`up: ${file.file}: wait`, file.wait)
    refuseShownKubeconfig(flags.kubeconfig, io.environment)
    const quiet = switches.quiet === true || flags.output === 'json'
    const progress = io.terminal && !quiet
    using interrupts = takeInterrupts()
    const without = leftOut('up', flags, asked)
    const registries = registrySettings('up', flags)
    // What cannot be had is said before there is a cluster.
    if (file !== undefined && file.images.length > 0) {
      if (progress) io.err(`images …`)
      const { loadImages } = await import('../file/load-images.ts')
      await loadImages(file.images, { ...file, registries, signal: interrupts.signal })
    }
    let kubeconfig = ''
    let revived = false
    const config = await startCluster({
      name: flags.name!,
      nodes,
      loadBalancer: flags['load-balancer'] as 'pool' | 'none',
      egress: switches.egress!,
      ephemeral: switches.ephemeral!,
      audit: switches.audit!,
      registries,
      allowHostAccess: switches['allow-host-access']!,
      without,
      nodeMonitorGraceSeconds: grace,
      setAside: switches['set-aside']!,
      // However it is written.
      asked: {
        ...asked,
        ...(asked['node-monitor-grace-period'] && { 'node-monitor-grace-period': `${grace}s` }),
        ...(asked.without !== undefined && { without: without.join() }),
      },
      ...(settings.length > 0 && { settings }),
      onRevived: () => {
        revived = true
      },
      onNotice: (text) => io.err(`${text}\n`),
      ranges: {
        clusterCidr: flags['cluster-cidr'],
        serviceCidr: flags['service-cidr'],
        clusterDns: flags['cluster-dns'],
        nodeCidr: flags['node-cidr'],
        loadBalancerCidr: flags['load-balancer-cidr'],
        nodePortRange: flags['node-port-range']!,
        nodePortAddresses: flags['nodeport-addresses'],
      },
      onProgress: (step) => {
        if (progress) io.err(`\r\x1b[Kstarting ${flags.name}: ${step} …`)
      },
      finish: async (made) => {
        kubeconfig = await enterKubeconfig(made, flags.kubeconfig, io.environment)
      },
      signal: interrupts.signal,
    })
      .catch(async (error: unknown) => {
        // It was taken down again after all. What is wrong with the file would be in the error.
        if (kubeconfig !== '' && !revived) await leaveKubeconfig(flags.name!, kubeconfig).catch(() => undefined)
        throw error
      })
      .finally(() => {
        if (progress) io.err('\r\x1b[K')
      })
    if (file !== undefined) {
      if (progress && manifests.length > 0) io.err(`\r\x1b[Kcluster ${config.name} is up; applying manifests …`)
      const { applyManifests } = await import('../file/apply-manifests.ts')
      await applyManifests(config, manifests, { waitMs, signal: interrupts.signal }).finally(() => {
        if (progress) io.err('\r\x1b[K')
      })
    }
    const milliseconds = Math.round(performance.now() - started)
    if (flags.output === 'json') {
      io.out(
        `${JSON.stringify({ name: config.name, milliseconds, kubeconfig, context: contextName(config.name), server: `https://127.0.0.1:${config.apiServer.hostPort}`, nodes: config.nodes })}\n`,
      )
      return 0
    }
    if (quiet) return 0
    const rows = config.nodes.map(
      (node) => `  ${node.name.padEnd(12)}${node.addresses.join('  ').padEnd(34)}pods ${node.podCidrs.join('  ')}`,
    )
    const count = nodesUp(config).length
    const down = config.nodes
      .flatMap(({ name, state }) => (state === undefined ? [] : [`, ${name} is ${state}`]))
      .join('')
    const audit = config.audit ? `requests to the API are told of in ${auditPath(config.stateDir)}\n` : ''
    const named = config.name === 'fairlead' ? '' : ` ${config.name}`
    const kept = config.ephemeral
      ? 'objects are in memory: if its control plane ends, they are lost, and fairlead status says so'
      : `stop it, to bring it back later, with: fairlead stop${named}`
    io.err(`cluster ${config.name} is up ${revived ? 'again, its pods ran on, ' : ''}in ${milliseconds} ms: ${upText(config, count)}${down}
${rows.join('\n')}
kubectl's current context is ${contextName(config.name)} (${kubeconfig})
${manifests.length === 0 ? '' : `applied: ${manifests.length} ${manifests.length === 1 ? 'object' : 'objects'}${waitMs === undefined ? '' : ', all ready'}\n`}${kept}
${audit}${networkHint(config)}take it down with: fairlead down${named}
`)
    return 0
  },
}
