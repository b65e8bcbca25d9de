// The program of the container `driver`: keeps the HAProxy beside it as the cluster's Gateways and Ingresses ask for.
// When it ends, HAProxy goes on; the next one takes it over as it is.
import { readFileSync } from 'node:fs'
import { availableParallelism, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { createHttpClient } from '#client/http-client.ts'
import { httpsTransport, targetInPod } from '#client/https-client.ts'
import { systemClock } from '#clock/clock.ts'
import { RULE_COUNTERS } from '#dataplane/haproxy/config/rule-counters.ts'
import type { Family } from '#routes/backend-endpoints.ts'
import { HEALTH_PORT, RUN_FOLDER, STATUS_PORT } from '#routes/data-plane.ts'
import { Driver } from './driver.ts'
import { Report } from './report.ts'
import { gatewayMetrics } from './status/gateway-metrics.ts'
import { requestCounters } from './status/proxy-counters.ts'
import { ruleCounters } from './status/rule-counters.ts'
import { shownTable } from './status/shown-table.ts'
import { startStatusServer } from './status/status-server.ts'

/** Of the image; src/runtime/images/built-in/gateway-image.ts has the name too. */
const PROGRAM = '/fairlead/lua/gateway.lua'
const MOST_THREADS = 16
/** HAProxy makes room for them when it starts. */
const MOST_CONNECTIONS = 20_000
/** Long conversations survive a reload for so long; a pod that goes is given less by its kubelet. */
const HARD_STOP_MS = 600_000

const log = (level: 'info' | 'warn', message: string): void =>
  console.log(JSON.stringify({ time: new Date().toISOString(), level, message }))

/** Families of the pod's addresses, IPv4 first where it has both. */
const podFamilies = (): readonly Family[] => {
  const all = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses)
  const outer = all.filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
  const families = (['IPv4', 'IPv6'] as const).filter((family) => outer.some((one) => one.family === family))
  return families.length > 0 ? families : ['IPv4']
}

/** Each connection has two descriptors, and some are HAProxy's own: it does not start where there are too few. */
const mostConnections = (): number => {
  const limit = /^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
  return Math.max(100, Math.min(MOST_CONNECTIONS, Math.floor((Number(limit ?? 1024) - 200) / 2.2)))
}

const start = async (): Promise<void> => {
  const leaving = new AbortController()
  const leave = (): void => {
    leaving.abort()
    process.exit(0)
  }
  // The image's signal is HAProxy's.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGUSR1'] as const) process.on(signal, leave)

  const families = podFamilies()
  const client = createHttpClient(httpsTransport(targetInPod()), 'fairlead-gateway')
  const common = { client, clock: systemClock, random: Math.random, signal: leaving.signal }
  const metrics = gatewayMetrics(() => driver)
  const report = new Report({
    ...common,
    pod: process.env.POD_NAME ?? '',
    onError: (error) => log('warn', `what is served could not be told: ${error.message}`),
  })
  let told = ''
  const driver: Driver = new Driver({
    ...common,
    folder: RUN_FOLDER,
    draftFolder: join(RUN_FOLDER, 'draft'),
    program: 'haproxy',
    families,
    proxyOptions: {
      program: PROGRAM,
      threads: Math.min(MOST_THREADS, availableParallelism()),
      families,
      maxConnections: mostConnections(),
      metricsBind: families.includes('IPv6') ? `:::${HEALTH_PORT} v4v6` : `:${HEALTH_PORT}`,
      hardStopAfterMs: HARD_STOP_MS,
    },
    onComputed: metrics.computed,
    onReportMap: (configMap) => report.saw(configMap),
    onApplied: metrics.applied,
    onNews: () => {
      const { fault } = driver.proxy
      const parts = [...driver.proxy.refused, ...driver.waiting].map(([id, why]) => `${id}: ${why}`)
      if (driver.report) report.tell(driver.report)
      const words = [...(fault ? [fault.message] : []), ...parts].join('\n')
      if (words !== told && words !== '') log('warn', words)
      told = words
    },
    onError: (error, what) => {
      metrics.failed(what)
      log('warn', `${what}: ${error instanceof Error ? error.message : error}`)
    },
  })
  await startStatusServer(STATUS_PORT, {
    '/readyz': async () => {
      const { isServing, fault } = driver.proxy
      return { isWell: isServing, text: isServing ? 'ok\n' : `${fault?.message ?? 'HAProxy is waited for'}\n` }
    },
    '/table': async () => ({
      type: 'application/json',
      text: shownTable(driver.table, (key) => driver.serversOf(key), {
        refused: driver.proxy.refused,
        waiting: driver.waiting,
      }),
    }),
    '/metrics': async () => {
      const { proxy, table } = driver
      const stat = await proxy.ask('show stat')
      const counters = [
        metrics.registry.render(),
        ruleCounters(await proxy.ask(`show table ${RULE_COUNTERS}`), table),
        requestCounters(stat, proxy.plan?.slots ?? new Map(), table.backends),
      ]
      return { type: 'text/plain; version=0.0.4', text: counters.join('') }
    },
  })
  log('info', `reads the cluster's Gateways and Ingresses; status on port ${STATUS_PORT}`)
}

// No top-level await: the bundle is CommonJS.
start().catch((error: unknown) => {
  log('warn', error instanceof Error ? error.message : String(error))
  process.exit(1)
})
