import type { GatewayClause } from '../contract/gateway/clauses.ts'
import type { Edit } from './sow.ts'

/** A mistake that somebody could make in gateways, and the line of their contract that it breaks. */
export interface GatewayDefect {
  readonly clause: GatewayClause
  readonly what: string
  readonly edits: readonly Edit[]
}

const defect =
  (file: string) =>
  (clause: GatewayClause, what: string, from: string, to: string): GatewayDefect => ({
    clause,
    what,
    edits: [{ file: `routes/${file}.ts`, from, to }],
  })

const all = defect('routes-of')
const attach = defect('attach/attach')
const kinds = defect('attach/one-kind')
const conflicts = defect('listeners/conflicts')
const view = defect('listeners/gateway-view')
const namespaces = defect('listeners/namespaces')
const listener = defect('listeners/read-listener')
const backends = defect('references/backends')
const grants = defect('references/grants')
const filters = defect('rules/filters')
const make = defect('rules/make-rule')
const compiled = defect('rules/compile-route')
const matches = defect('rules/matches')
const route = defect('rules/read-route')
const hostname = defect('table/hostname')
const match = defect('table/match')
const order = defect('table/precedence')
const path = defect('table/request-path')
const common = defect('values/hostname')
const ofClass = defect('ingress/classes/our-classes')
const merge = defect('ingress/merge/host-routes')
const sites = defect('ingress/merge/site-ports')
const paths = defect('ingress/paths/ingress-path')
const rewrite = defect('ingress/paths/path-change')
const service = defect('ingress/resolve/backend')
const ingress = defect('ingress/resolve/resolved-ingress')

export const GATEWAY_DEFECTS: readonly GatewayDefect[] = [
  all(
    'class/foreign',
    'Gateways of all classes are served',
    'if (one.spec.controllerName !== options.controllerName) continue',
    "if (options.controllerName === '') continue",
  ),
  hostname(
    'listener/exact',
    'a wildcard goes before the exact name',
    "hostname === '' ? 0 : 1000)",
    "hostname === '' ? 0 : 1)",
  ),
  hostname(
    'listener/wildcard',
    'the shorter wildcard goes first',
    "(hostname.startsWith('*.') ? hostname.length",
    "(hostname.startsWith('*.') ? 999 - hostname.length",
  ),
  hostname(
    'listener/all',
    'a listener for all names goes before wildcards',
    "hostname === '' ? 0 : 1000)",
    "hostname === '' ? 999 : 1000)",
  ),
  match(
    'listener/isolation',
    'where a listener has no rule, another one’s are asked',
    'const entry = listener.entries.find(takesIt)',
    'const entry = [listener, ...httpListeners(place.port)].flatMap((one) => one.entries).find(takesIt)',
  ),
  match(
    'listener/none',
    'a name that no listener has goes to the first one',
    'place && listenerFor(httpListeners(place.port), host)',
    'place && (listenerFor(httpListeners(place.port), host) ?? httpListeners(place.port)[0])',
  ),
  hostname('listener/host-form', 'a host in capitals is another name', 'authority.toLowerCase())', 'authority)'),
  conflicts(
    'listener/conflict',
    'of two listeners in conflict the first is served',
    'isClaimant(listener) ? withConflict(listener, mutual(listener, rest)) : listener,',
    'isClaimant(listener) ? withConflict(listener, mutual(listener, rest.slice(0, rest.indexOf(listener)))) : listener,',
  ),
  conflicts(
    'listener/order',
    'ListenerSets of the same flow are all served',
    'withConflict(listener, taken.against(listener))',
    'withConflict(listener, taken && undefined)',
  ),
  view(
    'listener/order',
    'the newest ListenerSet goes first',
    '.sort((left, right) => bySeniority(left.age, right.age))',
    '.sort((left, right) => bySeniority(right.age, left.age))',
  ),
  listener(
    'listener/no-certificate',
    'a listener without its certificate is served all the same',
    "(tlsModeOf(spec) !== 'Terminate' || tls.certificates.length > 0)",
    "(tlsModeOf(spec) !== 'Terminate' || tls.certificates.length >= 0)",
  ),
  listener(
    'listener/certificate-grant',
    'a ListenerSet’s certificates need what its Gateway needs',
    "findCertificate(ref, owner, 'InvalidCertificateRef', references),",
    "findCertificate(ref, { ...owner, kind: 'Gateway' }, 'InvalidCertificateRef', references),",
  ),
  match('sni/misdirected', 'SNI does not count', 'if (asked !== listener)', 'if (asked === undefined)'),
  match(
    'sni/unknown',
    'a name of no listener is misdirected',
    "if (!place || !listener) return refused(404, 'NoListener')",
    "if (!place || !listener) return refused(request.serverName === undefined ? 404 : 421, 'NoListener')",
  ),
  namespaces('set/not-allowed', 'who says nothing allows all', '      return false\n', '      return true\n'),
  view(
    'set/allowed',
    'ListenerSets are asked for in their own namespace',
    "!allowsNamespace(allowed, metadata?.namespace ?? '', namespace, objects)",
    '!allowsNamespace(allowed, namespace, namespace, objects)',
  ),
  attach(
    'attach/gateway',
    'a route of a Gateway is attached to its ListenerSets’ listeners as well',
    '{ gateway, listeners: gateway.listeners })',
    '{ gateway, listeners: [...gateway.listeners, ...gateway.sets.flatMap((set) => set.listeners)] })',
  ),
  attach(
    'attach/set',
    'a route of a ListenerSet is attached to its Gateway’s listeners as well',
    '{ gateway, listeners, ...(refused && { refused }) }',
    '{ gateway, listeners: [...listeners, ...gateway.listeners], ...(refused && { refused }) }',
  ),
  attach(
    'attach/section',
    'a sectionName is passed over',
    '(!ref.sectionName || spec.name === ref.sectionName)',
    '(!ref.sectionName || spec.name !== undefined)',
  ),
  attach(
    'attach/port',
    'a port is passed over',
    '(!ref.port || spec.port === ref.port)',
    '(!ref.port || spec.port !== undefined)',
  ),
  attach(
    'attach/same-namespace',
    'a listener that does not say so takes routes of all namespaces',
    "const BY_DEFAULT: AllowedNamespaces = { from: 'Same' }",
    "const BY_DEFAULT: AllowedNamespaces = { from: 'All' }",
  ),
  namespaces(
    'attach/same-namespace',
    'Same is any namespace',
    'return namespace === own',
    "return namespace === own || own !== ''",
  ),
  namespaces(
    'attach/selector',
    'a selector means all namespaces that there are',
    'labels !== undefined && selects(selector, labels)',
    'labels !== undefined && (selector !== undefined || selects(selector, labels))',
  ),
  attach('attach/kind', 'kinds do not count', 'kinds.includes(kind) &&', 'kinds.length > 0 && kind &&'),
  common(
    'attach/hostname',
    'a hostname that the listener does not have counts',
    'if (one !== undefined && !common.includes(one)) common.push(one)',
    'if (!common.includes(one ?? hostname)) common.push(one ?? listener)',
  ),
  common(
    'attach/other-names',
    'a route that has one name in common is there for all of the listener’s',
    'if (one !== undefined && !common.includes(one)) common.push(one)',
    'if (one !== undefined && !common.includes(one)) common.push(route.length > 1 ? listener : one)',
  ),
  kinds(
    'attach/kinds-meet',
    'both kinds of routes are attached under one name',
    'if (clash !== undefined) lost.set(attachment, clash)',
    'if (clash !== undefined && hostnames.length > 3) lost.set(attachment, clash)',
  ),
  match(
    'match/none',
    'what no rule matches is the last one’s',
    'entriesBehind(place.port, listener).find(takesIt)',
    'entriesBehind(place.port, listener).find(takesIt) ?? listener.entries.at(-1)',
  ),
  order(
    'match/hostname',
    'the less specific hostname goes first',
    'compareHostnames(one.hostname, other.hostname) ||',
    'compareHostnames(other.hostname, one.hostname) ||',
  ),
  match(
    'match/falls-through',
    'the rules of the most specific name are all that are asked',
    'takes(one, listener, request, host, path, query)',
    'one.hostname === listener.entries.find((two) => matchesHostname(two.hostname, listener.star, host))?.hostname && takes(one, listener, request, host, path, query)',
  ),
  match(
    'match/exact',
    'an Exact path does not mind a slash at its end',
    "if (type === 'Exact' || wanted === path) return wanted === path",
    `if (type === 'Exact' || wanted === path) return wanted === path || \`\${wanted}/\` === path`,
  ),
  match('match/prefix', 'a prefix goes by characters', `path.startsWith(\`\${wanted}/\`)`, 'path.startsWith(wanted)'),
  matches('match/prefix', 'a slash at a prefix’s end counts', 'withoutSlash(matchedPath(value))', 'matchedPath(value)'),
  match(
    'match/regex',
    'a regular expression matches where it begins a path',
    'return matchesWhole(value, path)',
    `return matchesWhole(\`(?:\${value}).*\`, path)`,
  ),
  match(
    'match/method',
    'HEAD is a GET',
    'entry.method === request.method)',
    "entry.method === request.method.replace('HEAD', 'GET'))",
  ),
  match(
    'match/header',
    'one header of several is enough',
    'entry.headers.every((wanted) => matchesValue(wanted, headerOf(request.headers, wanted.name))) &&',
    '(entry.headers.length === 0 || entry.headers.some((wanted) => matchesValue(wanted, headerOf(request.headers, wanted.name)))) &&',
  ),
  matches(
    'match/header-twice',
    'of conditions for one header all count',
    'if (!read.some((other) => other.name === name)) read.push',
    "if (type !== 'Exact' || value !== '') read.push",
  ),
  {
    clause: 'match/query',
    what: 'the last value of a parameter counts',
    edits: [
      {
        file: 'routes/table/request-values.ts',
        from: ".replace(/^\\?/, '').split('&')) {",
        to: ".replace(/^\\?/, '').split('&').reverse()) {",
      },
    ],
  },
  matches(
    'match/default',
    'a rule without matches takes nothing',
    '  const read = matches.map(httpMatch)\n  return { value: read.length === 0 ? [EVERYTHING] : read,',
    '  const read = matches.map(httpMatch)\n  return { value: read,',
  ),
  order('order/exact', 'a prefix goes before the exact path', '{ Exact: 0, Prefix: 1,', '{ Exact: 1, Prefix: 0,'),
  order(
    'order/longest',
    'the shortest prefix goes first',
    'right.value.length - left.value.length : 0',
    'left.value.length - right.value.length : 0',
  ),
  order(
    'order/method',
    'a method does not go before none',
    '    Number(other.method !== undefined) - Number(one.method !== undefined) ||\n',
    '',
  ),
  order(
    'order/headers',
    'fewer headers go first',
    'other.headers.length - one.headers.length',
    'one.headers.length - other.headers.length',
  ),
  order(
    'order/query',
    'fewer parameters go first',
    'other.query.length - one.query.length',
    'one.query.length - other.query.length',
  ),
  {
    clause: 'order/oldest',
    what: 'the newest route goes first',
    edits: [
      {
        file: 'routes/table/seniority.ts',
        from: 'left.since - right.since',
        to: 'right.since - left.since',
      },
    ],
  },
  {
    clause: 'order/name',
    what: 'routes go by name before namespace',
    edits: [
      {
        file: 'routes/table/seniority.ts',
        from: 'left.key < right.key ? -1 :',
        to: "left.key.replace('-b', '~') < right.key.replace('-b', '~') ? -1 :",
      },
    ],
  },
  compiled(
    'order/rule',
    'the last rule of a route goes first',
    'const order = read.index * 1000 + at',
    'const order = at - read.index * 1000',
  ),
  matches(
    'grpc/method',
    'a method’s service is a prefix of characters',
    `{ type: 'Prefix', value: \`/\${service}\` }`,
    `{ type: 'RegularExpression', value: \`/\${service}.*\` }`,
  ),
  order(
    'grpc/order',
    'a method goes before a service',
    'right.service - left.service || right.method - left.method',
    'right.method - left.method || right.service - left.service',
  ),
  route(
    'backend/weights',
    'what has no weight has none',
    '  ref,\n  weight: ref.weight ?? 1',
    '  ref,\n  weight: ref.weight ?? 2',
  ),
  make(
    'backend/zero',
    'a weight of 0 is a share',
    'to.filter(({ weight }) => weight > 0)',
    'to.map((one) => ({ ...one, weight: one.weight || 1 }))',
  ),
  make(
    'backend/none',
    'a rule without backends is not there',
    "return { type: 'answer', status, reason }",
    "return { type: 'answer', status: first === undefined ? 404 : status, reason }",
  ),
  make(
    'backend/missing',
    'where one backend is missing the others get its share',
    "const somewhere = weighed.some((one) => 'backend' in one.to)\n  if (somewhere) return { type: 'forward', to: weighed }",
    "const there = weighed.filter((one) => 'backend' in one.to)\n  if (there.length > 0) return { type: 'forward', to: there }",
  ),
  backends(
    'backend/kind',
    'another kind is taken for a Service',
    "if (group !== '' || kind !== 'Service')\n    return",
    "if (group === '' && kind !== 'Service')\n    return",
  ),
  backends(
    'backend/not-granted',
    'nobody asks for a grant',
    '!permits(from, { group, kind, namespace, name })',
    '!permits(from, { group, kind, namespace: from.namespace, name })',
  ),
  grants(
    'backend/not-granted',
    'a grant for another kind will do',
    'one.group === GATEWAY_GROUP && one.kind === kind &&',
    'one.group === GATEWAY_GROUP && kind &&',
  ),
  grants(
    'backend/granted',
    'a grant must name what it grants',
    '(!one.name || one.name === name)',
    'one.name === name',
  ),
  compiled(
    'backend/unavailable',
    'a GRPCRoute that leads nowhere answers 500',
    "speech.route === 'GRPC' ? 503 : 500",
    "speech.route === 'TCP' ? 503 : 500",
  ),
  filters(
    'filter/headers',
    'what is set is added',
    '  set: firstOfEach(set),\n  add: firstOfEach(add),',
    '  set: [],\n  add: firstOfEach([...(set ?? []), ...(add ?? [])]),',
  ),
  filters(
    'filter/answer',
    'the answer’s headers are changed in the request',
    "filters.push({ type: 'responseHeaders',",
    "filters.push({ type: 'requestHeaders',",
  ),
  filters(
    'filter/rewrite-host',
    'the Host stays',
    '  ...(hostname && { hostname }),\n  ...pathChange(path),\n})\n\nconst STATUSES',
    '  ...pathChange(path),\n})\n\nconst STATUSES',
  ),
  filters(
    'filter/rewrite-path',
    'a full path is a prefix',
    "{ path: { type: 'Full', value: path.replaceFullPath ?? '' } }",
    "{ path: { type: 'Prefix', matched: '', value: path.replaceFullPath ?? '' } }",
  ),
  make(
    'filter/rewrite-prefix',
    'what is replaced is not what matched',
    'path: { ...change.path, matched } }',
    `path: { ...change.path, matched: matched === '/' ? matched : \`\${matched}/\` } }`,
  ),
  filters(
    'filter/mirror',
    'a mirror gets all requests',
    'numerator: fraction?.numerator ?? percent ?? 100',
    'numerator: fraction?.numerator ?? 100',
  ),
  make(
    'filter/extension',
    'a filter that we do not have is passed over',
    'const refused = read.fault ?? read.unresolved',
    'const refused = read.fault',
  ),
  filters('redirect/status', 'a redirect is for ever', 'statusCode = 302 }', 'statusCode = 301 }'),
  filters(
    'redirect/kept',
    'a redirect leads to the scheme http',
    '    ...(scheme && { scheme }),',
    "    scheme: scheme ?? 'http',",
  ),
  filters(
    'redirect/port',
    'what has no port leads to port 80',
    'const target = port ?? (scheme && STANDARD_PORTS[scheme])',
    'const target = port ?? 80',
  ),
  filters(
    'redirect/path',
    'a redirect keeps the path',
    '    ...pathChange(path),\n    status:',
    '    ...(port && pathChange(path)),\n    status:',
  ),
  path(
    'path/normal',
    'dot segments of percent forms stay',
    '/[A-Za-z0-9._~-]/.test(character)',
    '/[A-Za-z0-9_~-]/.test(character)',
  ),
  path('path/normal', 'double slashes stay', ".replace(/\\/{2,}/g, '/')\n", '\n'),
  path('path/normal', 'escapes keep their case', 'octet.toUpperCase()', 'octet'),

  ofClass(
    'ingress/class',
    'Ingresses of all classes are served',
    'spec?.controller === controller)',
    "spec?.controller !== '')",
  ),
  sites(
    'ingress/host',
    'a wildcard goes before the exact host',
    'compareHostnames(left, right) ||',
    'compareHostnames(right, left) ||',
  ),
  sites(
    'ingress/wildcard',
    'a wildcard stands for many labels',
    "    hostname,\n    star: 'one',",
    "    hostname,\n    star: 'many',",
  ),
  ingress('ingress/any-host', 'no host is a host of its own', "host: host ?? '',", "host: host ?? 'localhost',"),
  paths(
    'ingress/exact',
    'an Exact path is a prefix',
    "if (pathType === 'Exact') return {",
    "if (pathType === 'Exact' && value === '/') return {",
  ),
  paths(
    'ingress/prefix',
    'a slash at a prefix’s end counts',
    "const prefix = value.replace(/\\/+$/, '') || '/'",
    "const prefix = value || '/'",
  ),
  paths('ingress/longest', 'the shortest path wins', '|| right.size - left.size', '|| left.size - right.size'),
  paths(
    'ingress/exact-first',
    'a prefix goes before the Exact path',
    "Number(right.match.type === 'Exact') - Number(left.match.type === 'Exact')",
    "Number(left.match.type === 'Exact') - Number(right.match.type === 'Exact')",
  ),
  merge(
    'ingress/oldest',
    'of two Ingresses the newer one wins',
    'if (first === undefined) claims.set(claim, placed)',
    'if (first === undefined || first.ingress !== placed.ingress) claims.set(claim, placed)',
  ),
  ingress(
    'ingress/default',
    'the default backend of an Ingress with rules is passed over',
    'if (spec?.defaultBackend !== undefined) {',
    'if (spec?.defaultBackend !== undefined && hosts.length === 0) {',
  ),
  match(
    'ingress/none',
    'what no rule matches is the last one’s',
    'entriesBehind(place.port, listener).find(takesIt)',
    'entriesBehind(place.port, listener).find(takesIt) ?? listener.entries.at(-1)',
  ),
  service(
    'ingress/missing',
    'what is not there answers 500',
    'to: { status: 503, reason: why,',
    'to: { status: 500, reason: why,',
  ),
  service(
    'ingress/port-name',
    'a named port is the first one',
    '(name ? one.name === name : one.port === number)',
    "(name ? one.name !== '' : one.port === number)",
  ),
  rewrite(
    'ingress/rewrite',
    'rewrite-target is put before the path',
    "{ type: 'Full', value },",
    "{ type: 'Prefix', matched: '/', value },",
  ),
  rewrite(
    'ingress/rewrite-groups',
    'all groups are the first one',
    'if (isRegex && Number(digit) <= groups) return group',
    "if (Number(digit) <= groups) return '$1'",
  ),
  sites('ingress/https', 'nobody is sent to https', "'to-https' : 'plain'", "'plain' : 'plain'"),
  ingress(
    'ingress/https-off',
    'ssl-redirect cannot be turned off',
    "settings.sslRedirect ? 'with certificate'",
    "settings.sslRedirect !== undefined ? 'with certificate'",
  ),
]

/** Lines that nothing can break which stands here: by what they are, or by whom they are kept. */
export const GATEWAYS_WITHOUT_DEFECT: Readonly<Partial<Record<GatewayClause, string>>> = {
  'filter/host-kept': 'the table says nothing of it: who forwards keeps it',
  'path/refused': 'it may be refused, and need not',
}
