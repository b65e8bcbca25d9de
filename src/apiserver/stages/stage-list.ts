import type { Stage } from '../http/request/exchange.ts'
import { measured } from '../measured/stage.ts'
import { openapi } from '../openapi/stage.ts'
import type { ServerContext } from '../server-context.ts'
import { access } from './access.ts'
import { customResources } from './custom-resources.ts'
import { discovery } from './discovery.ts'
import { health } from './health.ts'
import { issuer } from './issuer.ts'
import { metrics } from './metrics.ts'
import { proxies } from './proxies.ts'
import { resources } from './resources.ts'
import { reviews } from './reviews.ts'
import { routes } from './routes.ts'
import { streams } from './streams.ts'
import { subresources } from './subresources.ts'
import { unserved } from './unserved.ts'

/**
 * What a request passes through once it is known who sent it. The first stage that answers ends it; none answering is a
 * 404.
 */
export const stageList = (server: ServerContext): readonly Stage[] => [
  access(server), // before anything that reads: what is not allowed is not even looked up
  health(server), // probes every second, so early
  customResources(server), // before whoever tells what is served
  discovery(server),
  openapi(server),
  issuer(server), // who checks ServiceAccount tokens
  metrics(server),
  unserved(server), // parts of objects that are not here, by name
  routes(server), // refuses what leads nowhere: who comes after need not ask
  measured(server), // what nodes and pods use; never stored
  reviews(server), // questions about access; never stored
  streams(server), // a pod's log; exec, attach and port-forward come as upgrades, in upgrade.ts
  proxies(server), // what is behind pods, Services and nodes
  subresources(server), // before resources: they share paths
  resources(server),
]
