import { sendBytes } from '../http/answer/respond.ts'
import type { Stage } from '../http/request/exchange.ts'
import type { ServerContext } from '../server-context.ts'

/** `/metrics`: requests, calls of webhooks, stored objects, memory. */
export const metrics =
  (server: ServerContext): Stage =>
  (exchange) => {
    if (exchange.info.path !== '/metrics') return false
    const stored = [
      '# HELP apiserver_storage_objects Stored objects, by resource.',
      '# TYPE apiserver_storage_objects gauge',
    ]
    for (const resource of server.catalogue.stored) {
      const { objects } = server.registry.count(resource)
      const name = resource.group ? `${resource.plural}.${resource.group}` : resource.plural
      stored.push(`apiserver_storage_objects{resource="${name}"} ${objects}`)
    }
    const memory = [
      '# HELP process_resident_memory_bytes Resident memory of the control plane.',
      '# TYPE process_resident_memory_bytes gauge',
      `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
    ]
    const text = `${server.counter.render()}${server.webhookCounter.render()}${server.flows.render()}${[...stored, ...memory].join('\n')}\n`
    return sendBytes(exchange, 200, 'text/plain; version=0.0.4; charset=utf-8', text)
  }
