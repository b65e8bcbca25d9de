import type { Backend } from '#routes/table/table.ts'

const NAME = 'fairlead_gateway_backend_requests_total'
const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx', 'other']

/**
 * Requests by Service and class of the answer's status, as Prometheus' text, from what HAProxy's `show stat` says of its
 * slots. They begin anew with each worker.
 */
export const requestCounters = (
  stat: string,
  slots: ReadonlyMap<string, string>,
  backends: ReadonlyMap<string, Backend>,
): string => {
  const [head = '', ...rows] = stat.split('\n')
  const columns = head.replace(/^# /, '').split(',')
  const at = Object.fromEntries(columns.map((name, index) => [name, index]))
  const counts = new Map<string, number>()
  for (const row of rows) {
    const cells = row.split(',')
    if (cells[at.svname!] !== 'BACKEND') continue
    const backend = backends.get(slots.get(cells[at.pxname!]!) ?? '')
    if (!backend) continue
    const { namespace, name, port } = backend.service
    for (const code of CLASSES) {
      const count = Number(cells[at[`hrsp_${code}`]!])
      const labels = `namespace="${namespace}",service="${name}",port="${port}",code="${code}"`
      if (count > 0) counts.set(labels, (counts.get(labels) ?? 0) + count)
    }
  }
  const lines = [...counts].map(([labels, count]) => `${NAME}{${labels}} ${count}\n`)
  return `# HELP ${NAME} Answers to requests, by the Service that they were sent to.\n# TYPE ${NAME} counter\n${lines.join('')}`
}
