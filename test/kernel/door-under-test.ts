import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { doorNetwork } from '#agent/parts/door/door-part.ts'
import { type AgentNode, kernelAt } from '#agent/runner/agent-node.ts'
import { Parts } from '#agent/runner/parts.ts'
import { FakePart, fakePlace } from '#agent/testing/fake-place.ts'
import { pods } from '#api/core/pod/resource.ts'
import { Informers } from '#client/informer.ts'
import { systemClock } from '#clock/clock.ts'
import type { CniResult } from '#cni/call/result.ts'
import { createNetworkNamespace, deleteNamespace, namespacePath } from '#kernel/namespaces/namespace.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'

const top = join(import.meta.dirname, '../..')

const compiled = mkdtempSync(join(tmpdir(), 'fl-door-program-'))
process.on('exit', () => rmSync(compiled, { recursive: true, force: true }))

/** The plugin's program, compiled as for an image, once; `more`: options of the compiler. */
export const compileDoor = (...more: readonly string[]): string => {
  const output = join(compiled, ['fairlead', ...more].join(' '))
  if (!existsSync(output)) execFileSync(join(top, 'script/door'), [output, ...more], { stdio: 'pipe' })
  return output
}

interface Called {
  readonly status: number | null
  readonly stdout: string
  /** What stands there, read: a result, or a fault. */
  readonly said: Said
}

interface Said extends CniResult {
  readonly code?: number
  readonly msg?: string
  readonly details?: string
  readonly supportedVersions?: readonly string[]
}

/** The first address that an ADD has given. */
export const addressOf = ({ said, stdout }: Called): string => {
  const address = said.ips?.[0]?.address
  if (address === undefined) throw new Error(`it has no address: ${stdout}`)
  return address
}

/** Waits for what comes by itself. */
export const until = async (is: () => boolean): Promise<void> => {
  for (let tries = 0; !is(); tries++) {
    if (tries >= 1000) throw new Error(`it does not come: ${is}`)
    await sleep(10)
  }
}

/** Calls a plugin as runtimes do. */
export const callPlugin = (
  program: string,
  env: Readonly<Record<string, string>>,
  conf: object | string,
  args: readonly string[] = [],
): Promise<Called> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'inherit'] })
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.on('error', reject)
    child.stdin.on('error', () => undefined)
    child.stdin.end(typeof conf === 'string' ? conf : JSON.stringify(conf))
    child.on('close', (status) => {
      resolve({ status, stdout, said: stdout.trim() === '' ? {} : (JSON.parse(stdout) as Said) })
    })
  })

/** Debian's plugins, unpacked or installed; undefined where they are missing. */
export const pluginFolder = (): string | undefined =>
  [join(top, '.debian/usr/lib/cni'), '/usr/lib/cni'].find((one) => existsSync(join(one, 'portmap')))

let made = 0

/** A node with the door, in a network of its own, and the folders of its host. */
export const doorNode = (
  podCidrs: readonly [string, ...string[]] = ['10.244.1.0/24', 'fd00:1::/64'],
  more: { readonly namespace?: string; readonly program?: string } = {},
) => {
  const folder = mkdtempSync(join(tmpdir(), 'fl-door-'))
  const name = `fl-door-${process.pid}-${++made}`
  const own = createNetworkNamespace(name)
  const { namespace = own, program = compileDoor() } = more
  const ip = (...args: readonly string[]) =>
    execFileSync('ip', [...(namespace === own ? ['-n', name] : []), ...args], { stdio: 'pipe' })
  ip('link', 'set', 'lo', 'up')
  // Its own, which probes come from.
  const addresses = ['172.30.0.2/32', 'fd00:30::2/128']
  for (const address of addresses) ip('address', 'add', address, 'dev', 'lo')
  const folders = { programs: join(folder, 'bin'), configurations: join(folder, 'net.d') }
  const socket = join(folder, 'run/cni.sock')
  const stateDir = join(folder, 'state')
  const abort = new AbortController()
  const here = fakePlace('n1', {})
  const informers = new Informers(here.client, { clock: systemClock, random: () => 0, signal: abort.signal })
  const node: AgentNode = {
    ...here.place,
    clock: systemClock,
    kernel: kernelAt(namespace),
    addresses: ['172.30.0.2', 'fd00:30::2'],
    podCidrs,
    stateDir,
    podNamespace: (uid) => uid,
    cluster: {
      clusterCidr: podCidrs,
      serviceCidr: podCidrs,
      loadBalancerCidr: podCidrs,
      nodePortAddresses: [],
      clusterDns: ['10.96.0.10'],
      clusterDomain: 'cluster.local',
      allowHostAccess: true,
      stateDir,
    },
  }
  const guests = new Set<string>()
  let running: Parts<AgentNode> | undefined
  const start = (services = new FakePart('services')): Parts<AgentNode> => {
    const network = doorNetwork({ socket, hostSocket: socket, program, folders, versions: ['1.0.0', '1.1.0'] })
    const sources = { pods: informers.for(pods) }
    running = new Parts({ place: node, definitions: [services.definition, network], sources })
    return running
  }
  const stop = async (): Promise<void> => {
    await running?.stop()
    running = undefined
  }
  /** A network namespace, as runtimes make them. */
  const guest = (id: string): string => {
    guests.add(`${name}-${id}`)
    return createNetworkNamespace(`${name}-${id}`)
  }
  const forget = (id: string): void => deleteNamespace(namespacePath(`${name}-${id}`))
  const env = (command: string, id: string, more: Readonly<Record<string, string>> = {}) => ({
    CNI_COMMAND: command,
    CNI_CONTAINERID: id,
    CNI_NETNS: namespacePath(`${name}-${id}`),
    CNI_IFNAME: 'eth0',
    CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=pod-${id};K8S_POD_UID=uid-${id}`,
    CNI_PATH: folders.programs,
    ...more,
  })
  const call = (command: string, id: string, conf: object = {}, more: Readonly<Record<string, string>> = {}) =>
    callPlugin(program, env(command, id, more), {
      cniVersion: '1.1.0',
      name: 'fairlead',
      type: 'fairlead',
      socket,
      ...conf,
    })
  const records = join(stateDir, 'attachments')
  return {
    ...here,
    name,
    folder,
    folders,
    namespace,
    socket,
    stateDir,
    records,
    program,
    start,
    stop,
    guest,
    forget,
    call,
    env,
    recorded: () => readdirSync(records).filter((one) => one.endsWith('.json')),
    editRecords(change: (record: object) => object) {
      for (const one of readdirSync(records).filter((each) => each.endsWith('.json')))
        writeFileSync(
          join(records, one),
          JSON.stringify(change(JSON.parse(readFileSync(join(records, one), 'utf8')) as object)),
        )
    },
    links(path = namespace): readonly string[] {
      using rtnetlink = Rtnetlink.open(path)
      return rtnetlink
        .links()
        .map((one) => one.name)
        .filter((one) => one !== 'lo')
    },
    async [Symbol.asyncDispose]() {
      await stop()
      abort.abort()
      for (const one of guests) deleteNamespace(namespacePath(one))
      for (const address of addresses) ip('address', 'delete', address, 'dev', 'lo')
      deleteNamespace(own)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
