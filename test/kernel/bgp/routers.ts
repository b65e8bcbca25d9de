import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { addressOf, inside, linkLocalOf, type Machine, NODES, run } from './lan.ts'

/** A program that speaks BGP, in its namespace. */
export interface Router {
  readonly machine: Machine
  /** Next hops of a prefix in its table of BGP, sorted; none: it does not have it. */
  readonly nextHops: (prefix: string) => Promise<readonly string[]>
  /** What is said of a prefix, as one text. */
  readonly about: (prefix: string) => Promise<string>
  readonly stop: () => void
  readonly log: () => string
}

export const ROUTER_AS = 65002
export const NODE_AS = 4200000001
/** On sessions by IPv6; those by IPv4 have none. */
export const PASSWORD = 'correct horse'
const RESTART_SECONDS = 20
const PATIENCE_MS = 20_000

/** Waits for something to be so; where it never is, `what` says what was to be, and what is. */
export const until = async (
  what: () => string | Promise<string>,
  look: () => boolean | Promise<boolean>,
): Promise<void> => {
  for (const end = Date.now() + PATIENCE_MS; !(await look()); await sleep(100))
    if (Date.now() > end) throw new Error(`not so after ${PATIENCE_MS} ms: ${await what()}`)
}

const neighbours = (each: (address: string, family: 'IPv4' | 'IPv6', node: keyof typeof NODES) => string): string =>
  (Object.keys(NODES) as (keyof typeof NODES)[])
    .flatMap((node) => (['IPv4', 'IPv6'] as const).map((family) => each(addressOf(node, family), family, node)))
    .join('\n')

interface Started {
  readonly child: ChildProcess
  readonly log: () => string
  readonly stop: () => void
}

const start = (machine: Machine, folder: string, command: readonly string[]): Started => {
  let output = ''
  const child = spawn('ip', ['netns', 'exec', machine, ...command], { stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)))
  const stop = () => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  return { child, log: () => output, stop }
}

/** What a command of a program that has only begun to run may fail with is no answer yet. */
const tried = (asked: Promise<string>): Promise<string> => asked.catch(() => '')
const folderOf = (machine: Machine, file: string, text: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `fairlead-bgp-${machine}-`))
  writeFileSync(join(folder, file), text)
  return folder
}

/**
 * BIRD 2, whose best routes go to the kernel's table with all their next hops. `callsNode2`: it connects to that node, whose
 * packets must have been passed on by nobody where they are of IPv6; to others it never does.
 */
export const startBird = async ({ callsNode2 = false } = {}): Promise<Router> => {
  const config = `
log stderr all;
router id ${addressOf('bird', 'IPv4')};
protocol device { }
protocol kernel { merge paths on; ipv4 { export all; import none; }; }
protocol kernel { merge paths on; ipv6 { export all; import none; }; }
${neighbours(
  (address, family, node) => `
protocol bgp ${node.replace('-', '')}_${family} {
  local ${addressOf('bird', family)} as ${ROUTER_AS};
  neighbor ${address} as ${NODE_AS};
  direct; ${callsNode2 && node === 'node-2' ? 'connect delay time 1; connect retry time 1;' : 'passive on;'} error wait time 1, 2;
  graceful restart on; graceful restart time ${RESTART_SECONDS};
  ${family === 'IPv6' ? `password "${PASSWORD}";` : ''}
  ${callsNode2 && node === 'node-2' && family === 'IPv6' ? 'ttl security on;' : ''}
  ipv4 { import all; export none; };
  ipv6 { import all; export none; };
}`,
)}
protocol bgp scoped {
  local ${linkLocalOf('bird')} as ${ROUTER_AS};
  neighbor ${linkLocalOf('node-1')} % 'eth0' as ${NODE_AS};
  passive on;
  ipv6 { import all; export none; };
}`
  const folder = folderOf('bird', 'bird.conf', config)
  const control = join(folder, 'bird.ctl')
  const started = start('bird', folder, [
    'bird',
    '-f',
    '-c',
    join(folder, 'bird.conf'),
    '-s',
    control,
    '-P',
    join(folder, 'pid'),
  ])
  const ask = (...command: readonly string[]) => run('birdc', '-s', control, ...command)
  await until(started.log, async () => (await tried(ask('show', 'status'))) !== '')
  const about = (prefix: string) => tried(ask('show', 'route', 'for', prefix, 'all'))
  return {
    machine: 'bird',
    about,
    nextHops: async (prefix) => hopsIn(await about(prefix), /via (\S+) on/g),
    stop: started.stop,
    log: started.log,
  }
}

const hopsIn = (text: string, pattern: RegExp): readonly string[] =>
  [...new Set([...text.matchAll(pattern)].map(([, hop]) => hop!))].sort()

/** FRR's bgpd alone, without zebra: its table of BGP is all that it has. */
export const startFrr = async (): Promise<Router> => {
  const config = `
router bgp ${ROUTER_AS}
 bgp router-id ${addressOf('frr', 'IPv4')}
 no bgp ebgp-requires-policy
 no bgp network import-check
 bgp disable-ebgp-connected-route-check
 bgp graceful-restart
 bgp graceful-restart stalepath-time ${RESTART_SECONDS}
${neighbours(
  (address, family) => ` neighbor ${address} remote-as ${NODE_AS}
 neighbor ${address} passive
 neighbor ${address} timers connect 1${family === 'IPv6' ? `\n neighbor ${address} password ${PASSWORD.replace(' ', '-')}` : ''}`,
)}
 address-family ipv4 unicast
  maximum-paths 8
${neighbours((address) => `  neighbor ${address} activate`)}
 exit-address-family
 address-family ipv6 unicast
  maximum-paths 8
${neighbours((address) => `  neighbor ${address} activate`)}
 exit-address-family
`
  const folder = folderOf('frr', 'bgpd.conf', config)
  mkdirSync(join(folder, 'vty'))
  const command = ['/usr/lib/frr/bgpd', '-Z', '-S', '-f', join(folder, 'bgpd.conf'), '-i', join(folder, 'pid')]
  const started = start('frr', folder, [
    ...command,
    '--vty_socket',
    join(folder, 'vty'),
    '-A',
    '127.0.0.1',
    '--log',
    'stdout',
  ])
  const ask = (words: string) => run('vtysh', '--vty_socket', join(folder, 'vty'), '-d', 'bgpd', '-c', words)
  await until(started.log, async () => (await tried(ask('show bgp summary'))) !== '')
  const about = (prefix: string) => tried(ask(`show bgp ${prefix.includes(':') ? 'ipv6' : 'ipv4'} unicast ${prefix}`))
  return {
    machine: 'frr',
    about,
    nextHops: async (prefix) => hopsIn(await about(prefix), /^ {4}(\S+) from /gm),
    stop: started.stop,
    log: started.log,
  }
}

/** GoBGP, which routes nothing by itself. */
export const startGobgp = async (): Promise<Router> => {
  const config = `
[global.config]
  as = ${ROUTER_AS}
  router-id = "${addressOf('gobgp', 'IPv4')}"
[global.use-multiple-paths.config]
  enabled = true
${neighbours(
  (address, family) => `
[[neighbors]]
  [neighbors.config]
    neighbor-address = "${address}"
    peer-as = ${NODE_AS}
    ${family === 'IPv6' ? `auth-password = "${PASSWORD}"` : ''}
  [neighbors.transport.config]
    passive-mode = true
  [neighbors.timers.config]
    idle-hold-time-after-reset = 1
  [neighbors.graceful-restart.config]
    enabled = true
    restart-time = ${RESTART_SECONDS}
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv4-unicast"
    [neighbors.afi-safis.mp-graceful-restart.config]
      enabled = true
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv6-unicast"
    [neighbors.afi-safis.mp-graceful-restart.config]
      enabled = true`,
)}`
  const folder = folderOf('gobgp', 'gobgpd.toml', config)
  const started = start('gobgp', folder, [
    'gobgpd',
    '-f',
    join(folder, 'gobgpd.toml'),
    '--api-hosts',
    '127.0.0.1:50051',
    '--pprof-disable',
  ])
  const ask = (...command: readonly string[]) => inside('gobgp', 'gobgp', ...command)
  await until(started.log, async () => (await tried(ask('neighbor'))).includes('fd00'))
  const about = (prefix: string) =>
    tried(ask('global', 'rib', '-j', '-a', prefix.includes(':') ? 'ipv6' : 'ipv4', prefix))
  return {
    machine: 'gobgp',
    about,
    nextHops: async (prefix) => hopsIn(await about(prefix), /"nexthop":"([^"]+)"/g),
    stop: started.stop,
    log: started.log,
  }
}
