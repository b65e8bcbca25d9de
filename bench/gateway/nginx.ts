import { join } from 'node:path'
import { hostOf, portOf, serviceOf } from './objects.ts'

/** What a configuration of nginx is made of. */
interface NginxOptions {
  /** Where it may write. */
  readonly folder: string
  /** Where all endpoints are, each at a port of its own. */
  readonly address: string
  readonly routes: number
  readonly port: number
  readonly threads: number
}

/**
 * The most used ingress controller of nginx, ingress-nginx (its template and defaults, 2026): a server for each host, nine headers
 * with the number of the request, connections to endpoints that are kept, answers as they come, one more try, a log. Its
 * Lua, which picks endpoints and counts, is left away: Debian's nginx has none, and is the quicker for it.
 */
export const ingressNginxConfig = (options: NginxOptions): string =>
  nginxConfig(options, [...INGRESS_NGINX_LOG, ...ingressNginxSections(options)])

/** The same, told to log nothing. */
export const quietIngressNginxConfig = (options: NginxOptions): string =>
  nginxConfig(options, ['  access_log off;', ...ingressNginxSections(options)])

/**
 * Nginx' own ingress controller, where nothing is said: an upstream for each Service with a zone that its workers share, of two at
 * random the one that has less to do, six headers; every connection to an endpoint is closed again, and requests are logged.
 */
export const ownControllerConfig = (options: NginxOptions): string =>
  nginxConfig(options, [LOG, upgrades('close'), ...ownControllerSections(options, '')])

/** The same with connections that are kept, and without a log. */
export const keptOwnControllerConfig = (options: NginxOptions): string =>
  nginxConfig(options, ['  access_log off;', upgrades("''"), ...ownControllerSections(options, KEPT)])

/** The same table in as little as it takes to be asked for it, answers as they come. */
export const leanConfig = (options: NginxOptions): string =>
  nginxConfig(options, [
    '  access_log off;',
    upgrades("''"),
    ...LEAN,
    ...upstreams(options, (service) => `s${service}`),
    ...all(options.routes).map(
      (route) => `  server {
    listen ${options.port};
    server_name ${hostOf(route)};
    location / { proxy_pass http://s${serviceOf(route)}; }
  }`,
    ),
  ])

const all = (count: number): readonly number[] => Array.from({ length: count }, (_, number) => number)

/** What all have, around upstreams and servers. */
const nginxConfig = ({ folder, port, threads }: NginxOptions, sections: readonly string[]): string => {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `user root;
daemon off;
worker_processes ${threads};
worker_rlimit_nofile 16384;
error_log stderr crit;
pid ${join(folder, 'nginx.pid')};
events { worker_connections 4096; }
http {
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
const LOG = `  log_format main '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_x_forwarded_for"';
  access_log /dev/null main;`

const upgrades = (otherwise: string): string =>
  `  map $http_upgrade $connection_upgrade { default upgrade; '' ${otherwise}; }`

const upstreams = ({ address, routes }: NginxOptions, name: (service: number) => string): readonly string[] =>
  [...new Set(all(routes).map(serviceOf))].map(
    (service) => `  upstream ${name(service)} {\n    server ${address}:${portOf(service)};\n${KEPT}\n  }`,
  )

const INGRESS_NGINX_LOG = [
  `  log_format upstreaminfo '${[
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"',
    '$request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name]',
    '$upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id',
  ].join(' ')}';`,
  '  map $request_uri $loggable { default 1; }',
  '  access_log /dev/null upstreaminfo if=$loggable;',
]

const ingressNginxSections = (options: NginxOptions): readonly string[] => [
  upgrades("''"),
  '  map $http_x_request_id $req_id { default $http_x_request_id; "" $request_id; }',
  '  tcp_nopush on;\n  tcp_nodelay on;\n  reset_timedout_connection on;',
  ...upstreams(options, ingressNginxUpstream),
  ...all(options.routes).map((route) => ingressNginxServer(options.port, route)),
]

const ingressNginxUpstream = (service: number): string => `default-s${service}-80`

const INGRESS_NGINX_HEADERS = {
  Host: '$best_http_host',
  Upgrade: '$http_upgrade',
  Connection: '$connection_upgrade',
  'X-Request-ID': '$req_id',
  'X-Real-IP': '$remote_addr',
  'X-Forwarded-For': '$remote_addr',
  'X-Forwarded-Host': '$best_http_host',
  'X-Forwarded-Port': '$pass_port',
  'X-Forwarded-Proto': '$pass_access_scheme',
  'X-Forwarded-Scheme': '$pass_access_scheme',
  'X-Scheme': '$pass_access_scheme',
  'X-Original-Forwarded-For': '$http_x_forwarded_for',
  'X-Original-Forwarded-Host': '$http_x_forwarded_host',
  Proxy: '""',
}

const ingressNginxServer = (port: number, route: number): string => `  server {
    server_name ${hostOf(route)};
    listen ${port};
    location / {
      set $namespace default;
      set $ingress_name r${route};
      set $service_name s${serviceOf(route)};
      set $service_port 80;
      set $location_path "/";
      set $balancer_ewma_score -1;
      set $proxy_upstream_name ${ingressNginxUpstream(serviceOf(route))};
      set $proxy_alternative_upstream_name "";
      set $proxy_host $proxy_upstream_name;
      set $pass_access_scheme $scheme;
      set $pass_port $server_port;
      set $best_http_host $http_host;
      client_max_body_size 1m;
${Object.entries(INGRESS_NGINX_HEADERS)
  .map(([name, value]) => `      proxy_set_header ${name} ${value};`)
  .join('\n')}
      proxy_connect_timeout 5s;
      proxy_send_timeout 60s;
      proxy_read_timeout 60s;
      proxy_buffering off;
      proxy_buffer_size 4k;
      proxy_buffers 4 4k;
      proxy_request_buffering on;
      proxy_http_version 1.1;
      proxy_next_upstream error timeout;
      proxy_next_upstream_tries 3;
      proxy_pass http://${ingressNginxUpstream(serviceOf(route))};
      proxy_redirect off;
    }
  }`

const ownControllerSections = (options: NginxOptions, kept: string): readonly string[] => {
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

/** Headers as ours has them, in the place of what clients said. */
const LEAN = [
  '  proxy_http_version 1.1;\n  proxy_buffering off;',
  ...Object.entries({
    Host: '$http_host',
    'X-Forwarded-For': '$remote_addr',
    'X-Forwarded-Proto': '$scheme',
    'X-Forwarded-Host': '$http_host',
    'X-Forwarded-Port': '$server_port',
    Forwarded: '""',
    'X-Forwarded-Prefix': '""',
    'X-Real-IP': '""',
    Upgrade: '$http_upgrade',
    Connection: '$connection_upgrade',
  }).map(([name, value]) => `  proxy_set_header ${name} ${value};`),
]
