import { ruleName } from '#dataplane/haproxy/rules/rule-name.ts'
import type { Rule } from '#routes/table/entry.ts'
import { entriesOfPort } from '#routes/table/port-entries.ts'
import type { RoutingTable } from '#routes/table/table.ts'

const NAME = 'fairlead_gateway_requests_total'

/**
 * Requests by rule and class of the answer's status, as Prometheus' text, from what HAProxy's `show table rules` says
 * (src/dataplane/haproxy/config/rule-counters.ts). They begin anew with each worker; rules that are gone are not told.
 */
export const ruleCounters = (shown: string, table: RoutingTable): string => {
  const rules = rulesOf(table)
  const counts = new Map<string, number>()
  const add = (rule: Rule, code: string, count: number): void => {
    const { kind, namespace = '', name } = rule.origin
    const route = `route_kind="${kind}",route_namespace="${namespace}",route_name="${name}"`
    const labels = `${route},rule="${rule.index}",code="${code}xx"`
    if (count > 0) counts.set(labels, (counts.get(labels) ?? 0) + count)
  }
  for (const line of shown.split('\n')) {
    const [, where = '', name = ''] = /^0x[0-9a-f]+: key=([^;]*);((?:\\.|[^\\ ])*) /.exec(line) ?? []
    const rule = rules.get(name.replace(/\\(.)/g, '$1'))
    if (!rule) continue
    const number = (field: string): number => Number(new RegExp(` ${field}=(\\d+)`).exec(line)?.[1] ?? 0)
    if (/^\d$/.test(where)) add(rule, where, number('gpc2'))
    else {
      add(rule, '2', number('gpc0'))
      add(rule, '3', number('gpc1'))
      add(rule, '4', number('http_err_cnt'))
      add(rule, '5', number('http_fail_cnt') + number('gpc2'))
    }
  }
  const lines = [...counts].map(([labels, count]) => `${NAME}{${labels}} ${count}\n`)
  return `# HELP ${NAME} Answers to requests, by the rule that took them.\n# TYPE ${NAME} counter\n${lines.join('')}`
}

const rulesOf = ({ sites }: RoutingTable): ReadonlyMap<string, Rule> =>
  new Map(
    sites.flatMap(({ ports }) =>
      ports.flatMap((port) => entriesOfPort(port).map(({ rule }) => [ruleName(rule.id), rule] as const)),
    ),
  )
