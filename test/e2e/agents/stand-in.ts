import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { KERNEL_PATH, kernelPage } from '#agent/kernel/kernel-page.ts'
import type { AgentStatus } from '#agent/server/agent-status.ts'

/* What answers in an agent's place where the cluster's own agents write the kernel: the same pages, of the network it stands in. */

const node = process.env.NODE_NAME ?? ''
const status: AgentStatus = {
  node,
  version: process.env.AGENT_VERSION ?? '0.1.0',
  ready: true,
  faults: [],
  addresses: [],
  podCidrs: [],
  rss: 0,
  parts: [{ name: 'services', ready: true, faults: [], failures: 0 }],
  dataplane: { services: 4, pending: 0, appliedAt: '2026-01-01T00:00:00.000Z', failed: [] },
}

mkdirSync('/run/fairlead', { recursive: true, mode: 0o700 })
process.umask(0o177)
createServer((request, response) => {
  const { pathname, searchParams } = new URL(`http://agent${request.url}`)
  const page =
    pathname === KERNEL_PATH
      ? kernelPage({ node }, searchParams)
      : {
          status: pathname === '/status' ? 200 : 404,
          body: pathname === '/status' ? status : { error: 'no such page' },
        }
  response.writeHead(page.status, { 'content-type': 'application/json' }).end(JSON.stringify(page.body))
}).listen('/run/fairlead/agent.sock')
