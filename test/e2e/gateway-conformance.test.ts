// The tests of the Gateway API's own conformance suite (v1.5.1; those of TCPRoutes and UDPRoutes are of v1.6.1), each by its short
// name there: what is made, what statuses say, and what of requests arrives where, one test after the other in one cluster.
import { setUp } from './gateway-conformance/base.ts'
import { CORS } from './gateway-conformance/cases/cors.ts'
import { FILTERS } from './gateway-conformance/cases/filters.ts'
import { GATEWAYS } from './gateway-conformance/cases/gateways.ts'
import { MATCHING } from './gateway-conformance/cases/matching.ts'
import { MIRRORS } from './gateway-conformance/cases/mirrors.ts'
import { REFERENCES } from './gateway-conformance/cases/references.ts'
import { type Cases, Suite } from './gateway-conformance/suite.ts'
import { claim, withCluster } from './harness.ts'

const { name: CLUSTER } = withCluster('gateway-conformance', ['--nodes', '2'])

const ALL: Cases = { ...MATCHING, ...FILTERS, ...MIRRORS, ...CORS, ...REFERENCES, ...GATEWAYS }

claim('suite: what most tests rely on is there and ready', async (assert) => {
  const base = Suite.of(CLUSTER, assert)
  await setUp(base)
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
