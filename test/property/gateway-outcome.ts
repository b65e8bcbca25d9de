import { type Outcome as Done, outcomeOf } from '#routes/outcome/outcome.ts'
import type { Filter } from '#routes/table/entry.ts'
import { type Match, match, type Request } from '#routes/table/match.ts'
import type { RoutingTable, SitePort } from '#routes/table/table.ts'
import { type Destination, folded, type GatewayRequest, type Outcome, type Share } from '../contract/gateway/model.ts'

/** What a table says becomes of a request, whatever is drawn, in the contract's terms. */
export function outcomeByTable(table: RoutingTable, request: GatewayRequest): Outcome {
  const port = portOf(table, request)
  if (port === undefined) return { kind: 'unserved' }
  const asked: Request = {
    bind: port.bind,
    ...(request.sni !== undefined && { serverName: request.sni }),
    method: request.method,
    authority: request.host,
    target: request.target,
    headers: request.headers,
  }
  const found = match(table, asked)
  const first = draws(found, asked, [])
  const action = found.type === 'matched' ? found.rule.action : undefined
  if (action?.type !== 'forward') return answered(first.done)
  const all = action.to.reduce((sum, { weight }) => sum + weight, 0)
  const mirrors = found.type === 'matched' ? found.rule.filters.filter((one) => one.type === 'mirror') : []
  let before = 0
  const shares = action.to.map(({ weight }): Share => {
    // What is drawn last is the backend, where there are several.
    const { done } = draws(found, asked, [...first.counts.slice(1).map(() => 0), before])
    before += weight
    return { share: weight / all, to: destination(table, done, mirrors, request) }
  })
  return { kind: 'forward', shares }
}

/** The port that a request comes to. */
export function portOf(table: RoutingTable, { to, port, scheme }: GatewayRequest): SitePort | undefined {
  const site = table.sites.find(({ origin: { kind, namespace, name } }) =>
    to === 'ingresses' ? kind !== 'Gateway' : kind === 'Gateway' && namespace === to.namespace && name === to.name,
  )
  return site?.ports.find((one) => one.port === port && one.kind === (scheme === 'https' ? 'tls' : 'http'))
}

/** What becomes of a request when this is drawn, and from how many each time. */
function draws(found: Match, asked: Request, drawn: readonly number[]) {
  const counts: number[] = []
  const draw = (count: number) => drawn[counts.push(count) - 1] ?? 0
  return { done: outcomeOf(found, asked, { source: '192.0.2.1', draw }), counts }
}

function answered(done: Done): Outcome {
  if (done.type === 'forward') throw new Error('a rule that does not forward has a backend')
  const location = done.headers.find(([name]) => name === 'location')?.[1]
  return location === undefined ? { kind: 'status', statuses: [done.status] } : redirectTo(location, done.status)
}

/** The contract's words for an address that a client is sent to. */
export function redirectTo(location: string, status: number): Outcome {
  const [, scheme = '', host = '', port, target = ''] = /^(https?):\/\/([^/:]+)(?::(\d+))?(\/.*)$/.exec(location) ?? []
  const own = scheme === 'https' ? 443 : 80
  return {
    kind: 'redirect',
    statuses: [status],
    scheme: scheme as 'http' | 'https',
    host,
    port: Number(port ?? own),
    targets: [target],
  }
}

function destination(
  table: RoutingTable,
  done: Done,
  mirrors: readonly Extract<Filter, { readonly type: 'mirror' }>[],
  request: GatewayRequest,
): Share['to'] {
  if (done.type === 'answer') return { statuses: [done.status] }
  const shares = mirrors.filter(({ backend, numerator }) => backend !== undefined && numerator > 0)
  return {
    service: serviceOf(table, done.backend),
    host: done.request.host,
    target: done.request.target,
    headers: folded(done.request.headers),
    answer: folded(done.answered(request.answer)),
    mirrors: done.copies.map((copy, at) => {
      const { numerator, denominator } = shares[at] ?? { numerator: 0, denominator: 1 }
      return { service: serviceOf(table, copy), share: numerator / denominator }
    }),
  }
}

export function serviceOf(table: RoutingTable, key: string): string {
  const { namespace, name, port } = table.backends.get(key)?.service ?? {}
  return `${namespace}/${name}:${port}`
}

/** Whether one outcome is what another one says. */
export function isOneOf(given: Outcome, allowed: readonly Outcome[]): boolean {
  const actual = simplified(given)
  return allowed.map(simplified).some((one) => {
    if (one.kind === 'status' && actual.kind === 'status')
      return actual.statuses.every((code) => one.statuses.includes(code))
    if (one.kind === 'redirect' && actual.kind === 'redirect')
      return (
        actual.statuses.every((code) => one.statuses.includes(code)) &&
        actual.targets.every((target) => one.targets.includes(target)) &&
        actual.scheme === one.scheme &&
        actual.host === one.host &&
        actual.port === one.port
      )
    if (one.kind === 'forward' && actual.kind === 'forward') return hasShares(actual.shares, one.shares)
    return one.kind === 'unserved' && actual.kind === 'unserved'
  })
}

/** A request all of whose backends are the same failure is answered by it. */
function simplified(outcome: Outcome): Outcome {
  if (outcome.kind !== 'forward') return outcome
  const failures = outcome.shares.flatMap(({ to }) => ('statuses' in to ? [to.statuses] : []))
  const [first] = failures
  if (first === undefined || failures.length < outcome.shares.length) return outcome
  const common = first.filter((status) => failures.every((one) => one.includes(status)))
  return common.length > 0 ? { kind: 'status', statuses: common } : outcome
}

/** Whether both send the same requests to the same places, and as many. */
function hasShares(actual: readonly Share[], allowed: readonly Share[]): boolean {
  const failures = (shares: readonly Share[]) => shares.flatMap(({ to }) => ('statuses' in to ? to.statuses : []))
  const total = (shares: readonly Share[]) => {
    const parts = new Map<string, number>()
    for (const { share, to } of shares) {
      const key = 'statuses' in to ? 'failure' : JSON.stringify(orderly(to))
      parts.set(key, (parts.get(key) ?? 0) + share)
    }
    return parts
  }
  const [one, other] = [total(actual), total(allowed)]
  return (
    failures(actual).every((status) => failures(allowed).includes(status)) &&
    one.size === other.size &&
    [...one].every(([key, share]) => Math.abs(share - (other.get(key) ?? 0)) < 0.002)
  )
}

const orderly = ({ service, host, target, headers, answer, mirrors }: Destination) => {
  const sorted = mirrors.map((one) => `${one.service} ${one.share}`).sort()
  return [service, host, target, headers, answer, sorted]
}
