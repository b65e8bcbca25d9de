import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { nodeShell } from '#cluster/machines/node-shell.ts'
import { nodeNamed } from '#cluster/nodes/node-changes.ts'
import { findClaim } from '#cluster/processes/lost-claims.ts'
import { isRunning } from '#cluster/processes/processes.ts'
import { OWNER } from '#runtime/runc/processes/owner.ts'
import { CliError } from '../cli-error.ts'
import { chosenCluster } from '../clusters/chosen-cluster.ts'
import { knownCluster, needsRoot } from '../clusters/known-cluster.ts'
import { type Command, shownNameFlag } from '../command.ts'

/** What a terminal sends to all that run in it; where there is none, it is handed on. */
const OF_TERMINAL = ['SIGINT', 'SIGQUIT'] as const
const HANDED_ON = ['SIGTERM', 'SIGHUP'] as const

export const exec: Command = {
  name: 'exec',
  summary: 'run a command on a node, or a shell',
  description: `Runs it as somebody who has logged in there: in the node's network, with its name as hostname, its resolver (the cluster's DNS)
and the names of the other nodes. Files and processes are this machine's; it ends with the node, and with the cluster. Terminal,
input, output and exit status are the command's own. Without a command it is a shell ($SHELL). For pods: kubectl exec.`,
  argument: {
    name: 'node/NAME [-- COMMAND…]',
    words: [0, Number.POSITIVE_INFINITY],
    help: 'the node, by its name or its number; the command and its arguments',
  },
  flags: { name: shownNameFlag },
  examples: [
    'fairlead exec node/node-2',
    'fairlead exec node/1 -- ip route',
    'fairlead exec node/1 --name ci -- ss -tln',
  ],
  async run({ words: [argument = '', ...command], flags, io }) {
    const config = knownCluster(chosenCluster(flags.name, io.environment))
    const [, name] = /^nodes?\/(.+)$/.exec(argument) ?? []
    if (name === undefined)
      throw new CliError('USAGE', `exec: ${argument === '' ? 'on which node?' : `'${argument}' is no node`}`, {
        hint: `fairlead exec node/NAME -- COMMAND, with one of: ${config.nodes.map((node) => node.name).join(', ')}; for pods: kubectl exec`,
      })
    if (process.getuid!() !== 0) throw needsRoot(config.name)
    const node = nodeNamed(config, name)
    const claim = findClaim(config.name)
    if (claim === undefined || !isRunning(claim))
      throw new CliError('CLUSTER_HALTED', `cluster ${config.name} does not run`, {
        hint: `start it first: fairlead up ${config.name}`,
      })
    if (node.state === 'stopped')
      throw new CliError('NODE_STATE', `node ${node.name} of cluster ${config.name} is stopped: nothing runs there`, {
        hint: `start it: fairlead node start ${node.name} --name ${config.name}`,
      })
    const { program, args } = nodeShell(config, node, command.length > 0 ? command : [shellOf(io.environment)])
    return await runThrough(program, args, { ...io.environment, [OWNER]: claim.token })
  },
}

const shellOf = ({ SHELL }: NodeJS.ProcessEnv): string => (SHELL && existsSync(SHELL) ? SHELL : '/bin/sh')

/** Runs a program in our place, as far as a terminal and whoever waits for us can tell. Gives its exit status. */
const runThrough = (program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env })
    const inTerminal = process.stdin.isTTY === true
    const handOn = (signal: NodeJS.Signals): void => void child.kill(signal)
    const listen = (signal: NodeJS.Signals): void => void (inTerminal ? undefined : handOn(signal))
    for (const signal of OF_TERMINAL) process.on(signal, listen)
    for (const signal of HANDED_ON) process.on(signal, handOn)
    child.on('error', (cause) =>
      reject(new CliError('EXEC_FAILED', `${program} cannot be run: ${cause.message}`, { cause })),
    )
    child.on('exit', (code, signal) => {
      for (const one of OF_TERMINAL) process.off(one, listen)
      for (const one of HANDED_ON) process.off(one, handOn)
      // As a shell tells it.
      resolve(code ?? 128 + constants.signals[signal!])
    })
  })
