import type { ProxyOptions } from '../proxy-options.ts'

/** What the proxy answers of itself. */
export const ownFrontend = ({ metricsBind }: ProxyOptions): readonly string[] => [
  '',
  'frontend own from base',
  `  bind ${metricsBind}`,
  '  http-request return status 200 content-type text/plain string "ok\\n" if { path /ready }',
  '  http-request use-service prometheus-exporter if { path /metrics }',
  '  http-request return status 404 default-errorfiles',
]
