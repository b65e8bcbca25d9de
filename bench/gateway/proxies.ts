import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  ingressNginxConfig,
  keptOwnControllerConfig,
  leanConfig,
  ownControllerConfig,
  quietIngressNginxConfig,
} from './nginx.ts'
import { SERVER_PORTS, SERVICE_PORTS } from './objects.ts'

/** A proxy that is asked at a port of the gateway's pod. */
export interface ProxyServer {
  readonly name: string
  readonly port: number
  /** Processes that do its work. */
  readonly pids: () => readonly number[]
}

const NGINX = ['/usr/sbin/nginx', join(import.meta.dirname, '../../.debian/usr/sbin/nginx')]
/** The rival that keeps no connections. */
export const KEEPS_NONE = "nginx' own controller"
const NGINXES = [
  { name: 'ingress-nginx', config: ingressNginxConfig },
  { name: 'ingress-nginx, no log', config: quietIngressNginxConfig },
  { name: `${KEEPS_NONE}, kept, no log`, config: keptOwnControllerConfig },
  { name: 'nginx, lean', config: leanConfig },
  { name: KEEPS_NONE, config: ownControllerConfig },
]

const BARE_PORT = 21_000
const HEADERS_PORT = 21_001
const NGINX_PORT = 21_002
const THREADS = 2

/** Connections and times as our gateway has them (src/dataplane/haproxy/config/global.ts). */
const DEFAULTS = `defaults
  mode http
  timeout connect 5s
  timeout client 5m
  timeout http-request 10s
  timeout http-keep-alive 60s
  timeout server 1h
`

/** Servers that answer with their port, and 200, by HAProxy itself: nothing answers faster. */
export const startServers = (folder: string, netns: string): ChildProcess => {
  const frontends = SERVER_PORTS.map(
    (port) => `frontend f${port}
  bind 0.0.0.0:${port}
  http-request return status 200 content-type text/plain string "${port}"
`,
  )
  const file = written(folder, 'servers.cfg', `global\n  nbthread 1\n${DEFAULTS}${frontends.join('')}`)
  return inside(netns, 'haproxy', '-db', '-f', file)
}

/**
 * Bare: one frontend, one backend with the endpoints of all Services, and the client's address in a header; once more with
 * all headers that ours has. Nginx: the table as its controllers write it, and as little as it takes.
 * `filtered`: the program of bench/load, so that their system calls pass a filter as those of the pod do.
 */
export const startRivals = (
  folder: string,
  filtered: string,
  netns: string,
  address: string,
  routes: number,
): { readonly children: readonly ChildProcess[]; readonly proxies: readonly ProxyServer[] } => {
  const bareFile = written(folder, 'bare.cfg', bareConfig(address, BARE_PORT, '  option forwardfor'))
  const headersFile = written(folder, 'headers.cfg', bareConfig(address, HEADERS_PORT, OUR_HEADERS))
  const program = NGINX.find((path) => existsSync(path))
  if (program === undefined) throw new Error('nginx is missing: script/setup --tests unpacks it')
  const bare = inside(netns, filtered, 'haproxy', '-db', '-f', bareFile)
  const headers = inside(netns, filtered, 'haproxy', '-db', '-f', headersFile)
  const rivals = NGINXES.map(({ name, config }, index) => {
    const port = NGINX_PORT + index
    const own = join(folder, `nginx-${port}`)
    for (const part of ['temp', 'logs']) mkdirSync(join(own, part), { recursive: true })
    const file = written(own, 'nginx.conf', config({ folder: own, address, routes, port, threads: THREADS }))
    const child = inside(netns, filtered, program, '-p', own, '-c', file, '-e', 'stderr')
    return { name, port, child, pids: () => childrenOf(child.pid!) }
  })
  return {
    children: [bare, headers, ...rivals.map(({ child }) => child)],
    proxies: [
      { name: 'bare', port: BARE_PORT, pids: () => [bare.pid!] },
      { name: 'bare, our headers', port: HEADERS_PORT, pids: () => [headers.pid!] },
      ...rivals,
    ],
  }
}

const bareConfig = (address: string, port: number, headers: string): string => `global
  nbthread ${THREADS}
${DEFAULTS}
frontend all
  bind 0.0.0.0:${port}
${headers}
  default_backend one
backend one
${SERVICE_PORTS.map((port) => `  server s${port} ${address}:${port}`).join('\n')}
`

/** What a client says of itself is removed, and what our gateway says of it is said. */
const OUR_HEADERS = `  http-request del-header Forwarded
  http-request del-header X-Forwarded- -m beg
  http-request add-header X-Forwarded-For %[src]
  http-request add-header X-Forwarded-Proto http
  http-request add-header X-Forwarded-Host %[req.hdr(host)]
  http-request add-header X-Forwarded-Port 80`

const written = (folder: string, name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const inside = (netns: string, ...command: readonly string[]): ChildProcess =>
  spawn('nsenter', [`--net=${netns}`, ...command], { stdio: ['ignore', 'ignore', 'inherit'] })

/** All processes, by what they were started with. */
export const processesOf = (word: string): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(word)
      } catch {
        return false
      }
    })

export const parentOf = (pid: number): number =>
  Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

const childrenOf = (parent: number): readonly number[] =>
  readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').split(' ').filter(Boolean).map(Number)

/** Whoever is compared has what the other is given: its share of the processors follows from its cgroups. */
export const joinGroups = (pid: number, as: number): void => {
  for (const line of readFileSync(`/proc/${as}/cgroup`, 'utf8').trim().split('\n')) {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    const file = join('/sys/fs/cgroup', controllers.replace(/^name=/, '') || 'unified', path, 'cgroup.procs')
    if (existsSync(file)) writeFileSync(file, `${pid}`)
  }
  const groups = (of: number): string => readFileSync(`/proc/${of}/cgroup`, 'utf8')
  if (groups(pid) !== groups(as)) throw new Error(`${pid} is not in the cgroups of ${as}: ${groups(pid)}`)
}
