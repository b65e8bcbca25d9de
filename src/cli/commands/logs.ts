import { existsSync, readFileSync } from 'node:fs'
import { logFiles } from '#cluster/processes/log.ts'
import { ROLES } from '#cluster/role.ts'
import { logPath } from '#cluster/state/state.ts'
import { plain } from '#explain/words/text.ts'
import { CliError } from '../cli-error.ts'
import { chosenCluster } from '../clusters/chosen-cluster.ts'
import { knownCluster } from '../clusters/known-cluster.ts'
import { type Command, nameArgument, shownNameFlag } from '../command.ts'
import { followFile } from '../follow-file.ts'
import { takeInterrupts } from '../interrupt.ts'

export const logs: Command = {
  name: 'logs',
  summary: 'what the cluster’s own processes say',
  description: `The control plane’s and the agents’ lines; with --node those that one node’s agent wrote. Logs of pods: kubectl logs.`,
  argument: nameArgument,
  flags: {
    name: shownNameFlag,
    node: { value: 'NODE', help: 'lines of this node alone' },
    follow: { short: 'f', help: 'go on with what is written from now on, until Ctrl-C or the cluster is down' },
    tail: { value: 'LINES', help: 'only so many of the last lines of each process' },
  },
  examples: ['fairlead logs', 'fairlead logs ci --node node-2', 'fairlead logs -f --tail 10'],
  async run({ flags, switches, io }) {
    const { node, tail } = flags
    if (tail !== undefined && !/^\d+$/.test(tail))
      throw new CliError('USAGE', `logs: --tail is '${tail}', but must be a number of lines`)
    const config = knownCluster(chosenCluster(flags.name, io.environment))
    if (node !== undefined && !config.nodes.some(({ name }) => name === node))
      throw new CliError('NODE_UNKNOWN', `cluster ${config.name} has no node ${node}`, {
        hint: `its nodes: ${config.nodes.map(({ name }) => name).join(', ')}`,
      })
    const wanted = (line: string): boolean => line !== '' && (node === undefined || line.includes(` ${node}: `))
    using interrupts = takeInterrupts()
    const following = ROLES.filter((role) => node === undefined || role !== 'control-plane').map((role) => {
      const [older, path] = logFiles(logPath(config.stateDir, role))
      const print = (line: string): void => {
        if (wanted(line)) io.out(`${role}: ${plain(line)}\n`)
      }
      const text = readText(path)
      const lines = `${readText(older)}${text}`.split('\n').filter(wanted)
      for (const line of tail === undefined ? lines : lines.slice(lines.length - Math.min(Number(tail), lines.length)))
        print(line)
      return switches.follow ? followFile(path, Buffer.byteLength(text), print, interrupts.signal) : Promise.resolve()
    })
    await Promise.all(following)
    return 0
  },
}

const readText = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '')
