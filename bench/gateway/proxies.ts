import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hostOf, portOf, SERVER_PORTS, SERVICE_PORTS, serviceOf } from './objects.ts'

/** A proxy that is asked at a port of the gateway's pod. */
export interface ProxyServer {
  readonly name: string
  readonly port: number
  /** Processes that do its work. */
  readonly pids: () => readonly number[]
}

const NGINX = ['/usr/sbin/nginx', join(import.meta.dirname, '../../.debian/usr/sbin/nginx')]
/** The rival that keeps no connections. */
export const AS_INSTALLED = 'nginx, as installed'

const BARE_PORT = 21_000
const HEADERS_PORT = 21_001
const NGINX_PORT = 21_002
const LEAN_PORT = 21_003
const INSTALLED_PORT = 21_004
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
 * all headers that ours has. Nginx, an ingress: the same table as nginx' own ingress controller writes it when nothing is
 * said: a server for each host, an upstream for each Service with a zone that its workers share, of two at random the one
 * that has less to do, the headers that it sends; but connections to endpoints are kept, which it does not do, and nothing is logged,
 * which it does. Nginx, as installed: with these two as it has them, the log written to nowhere. Nginx, lean: the same table in as little as it takes to be asked for it, answers as they come.
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
  const nginxOf = (port: number, text: (options: NginxOptions) => string): ChildProcess => {
    const own = join(folder, `nginx-${port}`)
    for (const name of ['temp', 'logs']) mkdirSync(join(own, name), { recursive: true })
    const file = written(own, 'nginx.conf', text({ folder: own, address, routes, port }))
    return inside(netns, filtered, program, '-p', own, '-c', file, '-e', 'stderr')
  }
  const bare = inside(netns, filtered, 'haproxy', '-db', '-f', bareFile)
  const headers = inside(netns, filtered, 'haproxy', '-db', '-f', headersFile)
  const nginx = nginxOf(NGINX_PORT, ingressConfig)
  const lean = nginxOf(LEAN_PORT, leanConfig)
  const installed = nginxOf(INSTALLED_PORT, installedConfig)
  return {
    children: [bare, headers, nginx, lean, installed],
    proxies: [
      { name: 'bare', port: BARE_PORT, pids: () => [bare.pid!] },
      { name: 'bare, our headers', port: HEADERS_PORT, pids: () => [headers.pid!] },
      { name: 'nginx, an ingress', port: NGINX_PORT, pids: () => childrenOf(nginx.pid!) },
      { name: AS_INSTALLED, port: INSTALLED_PORT, pids: () => childrenOf(installed.pid!) },
      { name: 'nginx, lean', port: LEAN_PORT, pids: () => childrenOf(lean.pid!) },
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

interface NginxOptions {
  readonly folder: string
  readonly address: string
  readonly routes: number
  readonly port: number
}

const all = (count: number): readonly number[] => Array.from({ length: count }, (_, number) => number)

/** What both have, around upstreams and servers. */
const nginxConfig = ({ folder, port }: NginxOptions, sections: readonly string[], log = 'access_log off;'): string => {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `user root;
daemon off;
worker_processes ${THREADS};
worker_rlimit_nofile 16384;
error_log stderr crit;
pid ${join(folder, 'nginx.pid')};
events { worker_connections 4096; }
http {
  ${log}
  keepalive_requests 1000000;
  server_names_hash_max_size 16384;
  server_names_hash_bucket_size 128;
${temporary.map((name) => `  ${name}_temp_path ${join(folder, 'temp', name)};`).join('\n')}
  server { listen ${port} default_server reuseport; return 404; }
${sections.join('\n')}
}
`
}

const KEPT = '    keepalive 320;\n    keepalive_requests 1000000;'
const upgrades = (otherwise: string) => `  map $http_upgrade $connection_upgrade { default upgrade; '' ${otherwise}; }`
const LOG = `log_format main '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_x_forwarded_for"';
  access_log /dev/null main;`

const ingressConfig = (options: NginxOptions): string =>
  nginxConfig(options, [upgrades("''"), ...ingressSections(options, KEPT)])

const installedConfig = (options: NginxOptions): string =>
  nginxConfig(options, [upgrades('close'), ...ingressSections(options, '')], LOG)

const ingressSections = (options: NginxOptions, kept: string): readonly string[] => {
  const { address, routes, port } = options
  const services = [...new Set(all(routes).map(serviceOf))]
  return [
    ...services.map(
      (service) => `  upstream default-shop-s${service} {
    zone default-shop-s${service} 256k;
    random two least_conn;
    server ${address}:${portOf(service)} max_fails=1 fail_timeout=10s max_conns=0;
${kept}
  }`,
    ),
    ...all(routes).map(
      (route) => `  server {
    listen ${port};
    server_tokens on;
    server_name ${hostOf(route)};
    set $resource_type ingress;
    set $resource_name r${route};
    set $resource_namespace default;
    location / {
      set $service s${serviceOf(route)};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_connect_timeout 60s;
      proxy_read_timeout 60s;
      proxy_send_timeout 60s;
      client_max_body_size 1m;
      proxy_buffering on;
      proxy_set_header Host $host;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Host $host;
      proxy_set_header X-Forwarded-Port $server_port;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_pass http://default-shop-s${serviceOf(route)};
    }
  }`,
    ),
  ]
}

const leanConfig = (options: NginxOptions): string => {
  const { address, routes, port } = options
  const services = [...new Set(all(routes).map(serviceOf))]
  return nginxConfig(options, [
    upgrades("''"),
    `  proxy_http_version 1.1;
  proxy_buffering off;
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header X-Forwarded-Host $http_host;
  proxy_set_header X-Forwarded-Port $server_port;
  proxy_set_header Forwarded "";
  proxy_set_header X-Forwarded-Prefix "";
  proxy_set_header X-Real-IP "";
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection $connection_upgrade;`,
    ...services.map((service) => `  upstream s${service} {\n    server ${address}:${portOf(service)};\n${KEPT}\n  }`),
    ...all(routes).map(
      (route) => `  server {
    listen ${port};
    server_name ${hostOf(route)};
    location / { proxy_pass http://s${serviceOf(route)}; }
  }`,
    ),
  ])
}

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
  readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').map(Number)

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
