import { createHttpClient, type Transport } from '#client/http-client.ts'
import { httpsTransport } from '#client/https-client.ts'
import { unixTransport } from '#client/unix-client.ts'
import { type RowFilter, routeRows } from '#explain/request/route-rows.ts'
import type { RouteRow } from '#explain/trace/request/route-row.ts'
import { ROUTE_HEADER, routeCells, WIDE_HEADER } from '#explain/words/request/route-row.ts'
import { unseenText } from '#explain/words/unseen.ts'
import { gatherRoutes } from '#facts/gateway-facts.ts'
import { servedTables } from '#facts/served-tables.ts'
import { CliError } from '../cli-error.ts'
import { explainTarget } from '../clusters/explain-target.ts'
import type { Command, Invocation } from '../command.ts'
import { clusterFlags } from '../policies/cluster-flags.ts'
import { answered, apiTrouble, noSuchNamespace } from '../policies/trouble.ts'
import { table } from '../table.ts'

export const routes: Command = {
  name: 'routes',
  summary: 'what the Gateways and Ingresses of a cluster serve, and what they do not',
  description: `Prints what requests the gateways of a cluster take, in the order in which they go by it: of each match of each rule the gateway and its
address, host, path and what else a request must have, where it is sent, by which route, and its state: served; refused by the proxy, in its
words; leading nowhere, or to a Service without endpoints; not attached, not served or left out, and why. It is computed from the API's objects, and held against what the pods of the gateways say that they
serve, where the API server reaches them: a row that a pod does not serve, or serves yet, names it, and where no pod is ready none is served.
Exit status 0: told. 2: the question cannot be asked, as there is no such namespace. 3: it could not be found out.`,
  flags: {
    ...clusterFlags,
    namespace: { value: 'NAMESPACE', short: 'n', help: 'routes of that namespace alone; else of all' },
    'all-namespaces': { short: 'A', help: 'routes of all namespaces, as without it' },
    gateway: { value: 'NAMESPACE/NAME', help: 'of that Gateway alone; or the class of Ingresses' },
    host: { value: 'HOST', help: 'those that a request for this host may meet' },
    output: { value: 'FORMAT', short: 'o', help: 'JSON for programs, or more columns', choices: ['json', 'wide'] },
  },
  examples: ['fairlead routes', 'fairlead routes -n shop -o wide', 'fairlead routes --host shop.test -o json'],
  run: (invocation) => answered(() => listed(invocation)),
}

const listed = async ({ flags, switches, io }: Invocation): Promise<number> => {
  const { name, kubeconfig, context, namespace, gateway, host } = flags
  if (switches['all-namespaces'] && namespace !== undefined)
    throw new CliError('USAGE', `routes: is it -A, or --namespace ${namespace}?`, { hint: 'give one of them' })
  const target = explainTarget({ name, kubeconfig, context }, io.environment)
  const transport: Transport =
    target.kind === 'api' ? httpsTransport(target.access) : unixTransport(target.config.sockets.api)
  const client = createHttpClient(transport)
  try {
    const { namespaces, pods, gateways, ...facts } = await gatherRoutes(client)
    if (namespace !== undefined && !namespaces.includes(namespace)) throw noSuchNamespace(namespace, namespaces)
    const { served, silent } = await servedTables(transport, pods)
    const filter: RowFilter = { namespace, gateway, host }
    const rows = gateways === undefined ? [] : routeRows(gateways, facts, served, filter)
    for (const one of gateways?.unseen ?? []) io.err(`not seen: ${unseenText(one)}\n`)
    for (const { pod, message } of silent) io.err(`pod ${pod} does not tell what it serves: ${message}\n`)
    if (flags.output === 'json') io.out(`${JSON.stringify({ routes: rows, asked: served.map(({ pod }) => pod) })}\n`)
    else io.out(textOf(rows, flags.output === 'wide'))
    return 0
  } catch (error) {
    throw apiTrouble(target, error)
  } finally {
    client.close()
  }
}

const textOf = (rows: readonly RouteRow[], isWide: boolean): string =>
  rows.length === 0
    ? 'no route is there\n'
    : table(
        [...ROUTE_HEADER, ...(isWide ? WIDE_HEADER : [])],
        rows.map((row) => routeCells(row, isWide)),
      )
