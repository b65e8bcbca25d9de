import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './harness.ts'

/** Where names of clusters are claimed. */
export const CLAIMS = '/run/fairlead'
export const STATE = process.env.FAIRLEAD_STATE ?? '/var/lib/fairlead'

/**
 * Everything that a cluster may leave on the machine outside of its own names, as text to compare: before `up` and
 * after `down`.
 */
export const traces = async (): Promise<Readonly<Record<string, readonly string[]>>> => {
  const lines = async (program: string, ...args: readonly string[]): Promise<readonly string[]> =>
    (await run(program, args)).stdout.split('\n').filter(Boolean).sort()
  return {
    namespaces: readdirSync('/run/netns').sort(),
    links: (await lines('ip', '-o', 'link')).map((line) => line.replace(/^\d+: /, '').replace(/:.*/, '')),
    addresses: (await lines('ip', '-o', 'address')).map((line) =>
      line.replace(/^\d+: /, '').replace(/valid_lft.*/, ''),
    ),
    routes: [
      ...(await lines('ip', '-4', 'route', 'show', 'table', 'all')),
      ...(await lines('ip', '-6', 'route', 'show', 'table', 'all')),
    ],
    rules: await lines('ip', 'rule'),
    tables: await lines('nft', 'list', 'tables'),
    forwarding: ['ipv4/ip_forward', 'ipv6/conf/all/forwarding'].map((file) =>
      readFileSync(join('/proc/sys/net', file), 'utf8').trim(),
    ),
    mounts: mounts(),
    state: existsSync(STATE) ? readdirSync(STATE).sort() : [],
    claims: existsSync(CLAIMS) ? readdirSync(CLAIMS).sort() : [],
  }
}

const mounts = (): readonly string[] =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => [STATE, CLAIMS, '/run/netns'].some((folder) => path.startsWith(folder)))
    .sort()

/** Processes of this mount namespace whose command line names the cluster's folder: ours, conmon, runc. */
export const processesOf = (cluster: string): readonly number[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((entry) => {
      try {
        if (readlinkSync(`/proc/${entry}/ns/mnt`) !== readlinkSync('/proc/self/ns/mnt')) return false
        const line = readFileSync(`/proc/${entry}/cmdline`, 'utf8')
        return line.includes(`${STATE}/${cluster}/`) || line.includes(`fairlead-${cluster}-`)
      } catch {
        return false
      }
    })
    .map(Number)

/** Its cgroup folders, of either version; processes in them are the containers'. */
export const cgroupsOf = (cluster: string): readonly string[] =>
  ['.', ...readdirSync('/sys/fs/cgroup')]
    .map((hierarchy) => join('/sys/fs/cgroup', hierarchy, 'fairlead', cluster))
    .filter((folder) => existsSync(folder))
