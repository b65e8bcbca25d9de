import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import { namespacePath } from '#kernel/namespaces/namespace.ts'

/** Machines on one cable, by their number in it. */
export const NODES = { 'node-1': 1, 'node-2': 2 } as const
const ROUTERS = { bird: 11, frr: 12, gobgp: 13, rubbish: 14 } as const
const MACHINES: Readonly<Record<string, number>> = { ...NODES, ...ROUTERS }

export type Machine = keyof typeof NODES | keyof typeof ROUTERS

export const addressOf = (machine: Machine, family: 'IPv4' | 'IPv6'): string =>
  family === 'IPv4' ? `10.9.0.${MACHINES[machine]}` : `fd00:9::${MACHINES[machine]}`

export const linkLocalOf = (machine: Machine): string => `fe80::${MACHINES[machine]}`

const execute = promisify(execFile)

/** What a command says that needs no namespace. */
export const run = async (...[program, ...words]: readonly [string, ...string[]]): Promise<string> =>
  (await execute(program, words)).stdout

/** What a command says that runs in a machine's namespace. */
export const inside = async (machine: Machine, ...command: readonly string[]): Promise<string> =>
  await run('ip', 'netns', 'exec', machine, ...command)
export const pathOf = (machine: Machine): string => namespacePath(machine)

/** Namespaces of this network namespace's own, which goes with all of them. */
export const makeLan = (): void => {
  const host = ['link add lan type bridge', 'link set lan up']
  for (const machine of Object.keys(MACHINES)) {
    execFileSync('ip', ['netns', 'add', machine])
    host.push(`link add to-${machine} type veth peer name eth0 netns ${machine}`)
    host.push(`link set to-${machine} master lan up`)
  }
  batch([], host)
  for (const machine of Object.keys(MACHINES) as Machine[])
    batch(
      ['-n', machine],
      [
        'link set lo up',
        'link set eth0 up',
        `address add ${addressOf(machine, 'IPv4')}/24 dev eth0`,
        `address add ${addressOf(machine, 'IPv6')}/64 dev eth0 nodad`,
        `address add ${linkLocalOf(machine)}/64 dev eth0 nodad`,
      ],
    )
}

const batch = (options: readonly string[], lines: readonly string[]): void => {
  execFileSync('ip', [...options, '-batch', '-'], { input: lines.join('\n') })
}
