import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DOMAIN, fullName, type Named, PORT, reverseName } from './questions.ts'

/** A DNS server to be asked at an address and port. */
export interface Server {
  readonly name: string
  readonly port: number
  readonly pid: number
}

/** The programs that this bench needs, by the Debian packages that have them. */
const PROGRAMS = { dnsperf: 'dnsperf', dnsmasq: 'dnsmasq-base', unbound: 'unbound' } as const

/** Throws an Error that says what to install. */
export const requirePrograms = (): void => {
  const missing = Object.entries(PROGRAMS).filter(
    ([program]) => (spawnSync(program, ['--version']).error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT',
  )
  if (missing.length === 0) return
  const packages = missing.map(([, name]) => name).join(' ')
  throw new Error(
    `not installed: ${missing.map(([program]) => program).join(', ')}; as root: apt-get install --no-install-recommends ${packages}`,
  )
}

const dnsmasqSettings = (folder: string, address: string, port: number): string =>
  [
    'keep-in-foreground',
    'no-resolv',
    'no-hosts',
    'bind-interfaces',
    'user=root',
    `pid-file=${join(folder, 'dnsmasq.pid')}`,
    `listen-address=${address}`,
    `port=${port}`,
    'local-ttl=5',
    `local=/${DOMAIN}/`,
    `addn-hosts=${join(folder, 'hosts')}`,
  ].join('\n')

const dnsmasqRecords = ({ name }: Named): string =>
  `srv-host=_http._tcp.${fullName(name)},${fullName(name)},${PORT},0,100`

const unboundSettings = (folder: string, address: string, port: number): string => `server:
  num-threads: 1
  interface: ${address}@${port}
  access-control: 0.0.0.0/0 allow
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: "${join(folder, 'unbound.pid')}"
  use-syslog: no
  logfile: "${join(folder, 'unbound.log')}"
  module-config: "iterator"
  local-zone: "${DOMAIN}." static
  local-zone: "10.in-addr.arpa." static
  include: "${join(folder, 'unbound.records')}"
remote-control:
  control-enable: no
`

const unboundRecords = ({ name, v4, v6 }: Named): string => {
  const host = fullName(name)
  return [
    `${host}. 5 IN A ${v4}`,
    `${host}. 5 IN AAAA ${v6}`,
    `_http._tcp.${host}. 5 IN SRV 0 100 ${PORT} ${host}.`,
    `${reverseName(v4)}. 5 IN PTR ${host}.`,
  ]
    .map((record) => `local-data: "${record}"`)
    .join('\n')
}

/**
 * dnsmasq and unbound with the same names, in the network namespace at `netns`, in the foreground: they end with their
 * process. One thread each, as ours; dnsmasq has no more.
 */
export const startRivals = (
  folder: string,
  netns: string,
  address: string,
  names: readonly Named[],
): { readonly children: readonly ChildProcess[]; readonly servers: readonly Server[] } => {
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  file('hosts', names.map(({ name, v4, v6 }) => `${v4} ${fullName(name)}\n${v6} ${fullName(name)}\n`).join(''))
  file('unbound.records', names.map(unboundRecords).join('\n'))
  const dnsmasq = [dnsmasqSettings(folder, address, 5301), ...names.map(dnsmasqRecords), ''].join('\n')
  const commands = [
    ['dnsmasq', 5301, [`--conf-file=${file('dnsmasq.conf', dnsmasq)}`]],
    ['unbound', 5302, ['-d', '-c', file('unbound.conf', unboundSettings(folder, address, 5302))]],
  ] as const
  const children = commands.map(([program, , args]) =>
    spawn('nsenter', [`--net=${netns}`, program, ...args], { stdio: ['ignore', 'ignore', 'inherit'] }),
  )
  const servers = commands.map(([name, port], index) => ({ name, port, pid: children[index]!.pid! }))
  return { children, servers }
}
