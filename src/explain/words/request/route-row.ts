import { urlHost } from '#net/port-protocol.ts'
import type { RuleMatch } from '../../trace/request/route-ref.ts'
import type { RouteRow, RowShare, RowState, RowTarget } from '../../trace/request/route-row.ts'
import type { Deed } from '../../trace/request/step.ts'
import { nameText, objectText } from '../object.ts'
import { listed, plain } from '../text.ts'
import { deedText } from './request-step.ts'

/** Of a table of routes: its columns, the wide ones last. */
export const ROUTE_HEADER = ['GATEWAY', 'ADDRESS', 'HOST', 'MATCH', 'BACKEND', 'ROUTE', 'STATE'] as const
export const WIDE_HEADER = ['LISTENER', 'FILTERS'] as const

/** A row of it, in the order of its columns. */
export const routeCells = (row: RouteRow, isWide: boolean): readonly string[] =>
  [
    row.gateway === undefined ? '-' : nameText(row.gateway),
    addressText(row),
    hostText(row.hostnames),
    row.match === undefined ? '-' : matchCell(row.match),
    targetText(row.to),
    `${row.route.kind} ${nameText(row.route)}${row.rule === undefined ? '' : ` ${row.rule}`}`,
    stateText(row),
    ...(isWide
      ? [row.listener || '-', row.filters.length === 0 ? '-' : row.filters.map((deed) => shortOf(deed)).join('; ')]
      : []),
  ].map(plain)

const MOST_HOSTS = 4
const hostText = (hostnames: readonly string[]): string => {
  if (hostnames.length <= MOST_HOSTS) return hostnames.join(',') || '*'
  return `${hostnames.slice(0, MOST_HOSTS).join(',')} (+${hostnames.length - MOST_HOSTS})`
}

const addressText = ({ addresses, port, protocol }: RouteRow): string => {
  if (port === undefined) return '-'
  const [address, ...more] = addresses
  return `${address === undefined ? '<pending>' : urlHost(address)}:${port}/${protocol}${more.length > 0 ? ` (+${more.length})` : ''}`
}

const PATHS = { Exact: '=', Prefix: '', RegularExpression: '~' } as const

/** `/cart`, `=/exact`, `~/expr.*`, and what else a request must have. */
const matchCell = ({ path, method, headers, query }: RuleMatch): string =>
  [
    `${PATHS[path.type]}${path.value}`,
    ...(method ? [method] : []),
    ...headers.map(({ name, type, value }) => `${name}:${type === 'Exact' ? '' : '~'}${value}`),
    ...query.map(({ name, type, value }) => `?${name}=${type === 'Exact' ? '' : '~'}${value}`),
  ].join(' ')

const targetText = (to: RowTarget): string => {
  switch (to.code) {
    case 'backends':
      return to.shares.map((share) => shareText(share, to.shares.length > 1)).join(', ') || '-'
    case 'redirect':
      return `redirect ${to.status}`
    case 'answer':
      return `answer ${to.status}`
    case 'nothing':
      return '-'
  }
}

const shareText = ({ weight, service, port, status }: RowShare, isShared: boolean): string =>
  `${service === undefined ? `answer ${status ?? ''}` : `${nameText(service)}:${port}`}${isShared ? ` x${weight}` : ''}`

/** What is not as it should be is in capitals. */
const stateText = ({ state, differs }: RouteRow): string => {
  const pods = differs.join(', ')
  switch (state.code) {
    case 'served':
      return differs.length > 0 ? `NOT YET at ${pods}` : 'served'
    case 'stale':
      return `NO MORE ASKED FOR, served yet by ${pods}`
    case 'waiting':
      return `SERVED IN PART: ${state.message}`
    case 'refused':
      return `REFUSED by the proxy: ${state.message}`
    case 'no-endpoints': {
      const services = state.of.map(({ service, port }) => `${nameText(service)}:${port}`)
      return `NO ENDPOINTS: ${listed(services)}, ${state.status === undefined ? 'so that connections are closed' : `so that requests get ${state.status}`}`
    }
    case 'refusing':
      return `REFUSES CONNECTIONS: ${refusingText(state)}`
    case 'no-pods':
      return `NOT SERVED: ${state.pods.length === 0 ? 'no pod of the gateways is there' : `no pod of the gateways is ready: ${listed(state.pods)}`}`
    case 'unresolved':
      return `LEADS NOWHERE: ${state.message}`
    case 'not-served':
      return `NOT SERVED: ${state.because}, ${state.message}`
    case 'left-out':
      return `LEFT OUT: ${state.because}, ${state.message}`
    case 'unused-default':
      return `LEFT OUT: spec.defaultBackend, ${objectText(state.by)} has all paths`
    case 'not-attached':
      return `NOT ATTACHED: ${state.because}${state.message ? `, ${state.message}` : ''}`
  }
}

const refusingText = (state: Extract<RowState, { readonly code: 'refusing' }>): string => {
  switch (state.why) {
    case 'no-route':
      return 'no route is attached'
    case 'no-backend':
      return 'no backend of the route is there and has a weight'
    case 'share':
      return `${state.weight} of ${state.of}, whose backends are not there`
  }
}

const shortOf = (deed: Deed): string =>
  deed.code === 'path'
    ? `path becomes ${deed.to}`
    : deed.code === 'hostname'
      ? `host becomes ${deed.to}`
      : deedText(deed)
