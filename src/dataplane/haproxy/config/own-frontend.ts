import type { ProxyOptions } from '../proxy-options.ts'

const MOST_COPIES = 100

/** What the proxy answers of itself; and where copies of requests come in, from the Lua program alone. */
export function ownFrontend({ metricsBind }: ProxyOptions): readonly string[] {
  return [
    '',
    'frontend own from base',
    `  bind ${metricsBind}`,
    '  http-request return status 200 content-type text/plain string "ok\\n" if { path /ready }',
    '  http-request use-service prometheus-exporter if { path /metrics }',
    '  http-request return status 404 default-errorfiles',
    '',
    'frontend copies from base',
    '  bind abns@fairlead-copies',
    // Nobody waits for their answers, and each has sockets that clients need.
    `  maxconn ${MOST_COPIES}`,
    '  timeout client 10s',
    '  http-request set-var(txn.timeout) int(10000)',
    '  http-request set-var(txn.to) req.hdr(x-fairlead-slot)',
    '  http-request del-header x-fairlead-slot',
    '  use_backend %[var(txn.to)]',
  ]
}
