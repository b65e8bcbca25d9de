// The tests of the Gateway API's own conformance suite (v1.5.1; those of TCPRoutes and UDPRoutes are of v1.6.1), each by its short
// name there: what is made, what statuses say, and what of requests arrives where, one test after the other in one cluster.
import { type Certificates, setUp } from './gateway-conformance/base.ts'
import { backendTls } from './gateway-conformance/cases/backend-tls.ts'
import { CORS } from './gateway-conformance/cases/cors.ts'
import { GATEWAYS } from './gateway-conformance/cases/gateways.ts'
import { GRPC } from './gateway-conformance/cases/grpc.ts'
import { HEADERS } from './gateway-conformance/cases/headers.ts'
import { HOSTNAMES } from './gateway-conformance/cases/hostnames.ts'
import { LISTENER_SETS } from './gateway-conformance/cases/listener-sets.ts'
import { MATCHING } from './gateway-conformance/cases/matching.ts'
import { MIRRORS } from './gateway-conformance/cases/mirrors.ts'
import { overTls } from './gateway-conformance/cases/over-tls.ts'
import { PLAIN } from './gateway-conformance/cases/plain-routes.ts'
import { REDIRECTS } from './gateway-conformance/cases/redirects.ts'
import { REFERENCES } from './gateway-conformance/cases/references.ts'
import { tlsRoutes } from './gateway-conformance/cases/tls-routes.ts'
import { TRAFFIC } from './gateway-conformance/cases/traffic.ts'
import { type Cases, Suite } from './gateway-conformance/suite.ts'
import { claim, withCluster } from './harness.ts'

const { name: CLUSTER } = withCluster('gateway-conformance', ['--nodes', '2'])

let made: Certificates | undefined
const certificates = (): Certificates => made!

const ALL: Cases = {
  ...MATCHING,
  ...HOSTNAMES,
  ...TRAFFIC,
  ...REFERENCES,
  ...GATEWAYS,
  ...REDIRECTS,
  ...HEADERS,
  ...MIRRORS,
  ...CORS,
  ...overTls(certificates),
  ...GRPC,
  ...tlsRoutes(certificates),
  ...backendTls(certificates),
  ...LISTENER_SETS,
  ...PLAIN,
}

claim('suite: what most tests rely on is there and ready', async (assert) => {
  const base = Suite.of(CLUSTER, assert)
  made = await setUp(base)
  base.client.close()
})

for (const [name, test] of Object.entries(ALL))
  claim(`suite: ${name}`, async (assert) => {
    const suite = Suite.of(CLUSTER, assert)
    try {
      await test(suite)
    } finally {
      await suite.leave()
    }
  })
