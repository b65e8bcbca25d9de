// The program of the Deployment fairlead-controller: what one process does for the whole cluster, while it leads.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { customResourceDefinitions } from '#api/apiextensions/customresourcedefinition/resource.ts'
import { Catalogue } from '#api/catalogue/catalogue.ts'
import { createInClusterClient } from '#client/in-cluster/in-cluster-client.ts'
import { electLeader } from '#client/leader/leader-election.ts'
import { VERSION } from '#client/version.ts'
import { systemClock } from '#clock/clock.ts'
import { DefinedResources } from '#controllers/defined-resources.ts'
import { runControllers } from '#controllers/run.ts'
import { logLine } from '../log.ts'
import { serveProbes } from '../pages/serve-probes.ts'
import { CONTROLLER_PROBE_PORT, PATHS } from '../paths.ts'
import { readSettings } from '../settings/settings.ts'
import { COMING_AND_GOING, controllersOf } from './controllers.ts'

const COMPONENT = 'fairlead-controller'

const needed = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: the Deployment takes it from the pod`)
  return value
}

const start = async (): Promise<void> => {
  const pod = needed('POD_NAME')
  const namespace = needed('POD_NAMESPACE')
  const settings = readSettings(readFileSync(process.argv[2] ?? PATHS.settings, 'utf8'))
  const ending = new AbortController()
  for (const asked of ['SIGTERM', 'SIGINT'] as const) process.on(asked, () => ending.abort())
  const client = createInClusterClient({
    servers: settings.apiServers.length > 0 ? settings.apiServers.join() : undefined,
    version: VERSION,
    component: COMPONENT,
    environment: process.env,
  })
  const close = await serveProbes(CONTROLLER_PROBE_PORT, {
    // Who waits for its turn is as ready as who leads: either would go on at once.
    '/readyz': () => ({ body: { ready: true } }),
    '/livez': () => ({ body: {} }),
  })
  const log = (message: string, error?: unknown): void => logLine(COMPONENT, message, error)
  const entries = controllersOf(settings.parts)
  log(`Fairlead ${VERSION}: ${entries.map(({ name }) => name).join(', ')}`)
  await electLeader({
    client,
    namespace,
    name: COMPONENT,
    // One that is started again is another: what the former one held is over.
    identity: `${pod}_${randomUUID()}`,
    steady: () => performance.now(),
    clock: systemClock,
    random: Math.random,
    signal: ending.signal,
    onError: (error: unknown) => log('the Lease', error),
    lead: async (lost: AbortSignal) => {
      log(`${pod} leads`)
      const controllers = runControllers(entries, {
        client,
        clock: systemClock,
        random: Math.random,
        // Nobody here makes namespaces' CA, or reaches every kind that is served.
        rootCa: '',
        catalogue: new Catalogue(),
        served: (informers) => new DefinedResources(COMING_AND_GOING, informers.for(customResourceDefinitions)),
        ...(settings.nodeIpam && { nodeIpam: { ...settings.nodeIpam, serviceCidrs: settings.serviceCidrs } }),
        loadBalancer: 'others',
        gatewayImage: process.env.FAIRLEAD_IMAGE,
        clusterDomain: settings.clusterDomain,
        signal: lost,
        log: (_, message) => log(message),
      })
      await new Promise<void>((resolve) => {
        if (lost.aborted) resolve()
        else lost.addEventListener('abort', () => resolve(), { once: true })
      })
      controllers.stop()
      log(`${pod} leads no more`)
    },
  })
  close()
  client.close()
  process.exit(0)
}

start().catch((error: Error) => {
  logLine(COMPONENT, `cannot start: ${error.message}`)
  process.exit(1)
})
