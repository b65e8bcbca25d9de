import { randomInt, randomUUID } from 'node:crypto'
import { chmodSync, rmSync } from 'node:fs'
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Catalogue } from '#api/catalogue/catalogue.ts'
import type { CertificateSigningRequest } from '#api/certificates/certificatesigningrequest/message.ts'
import { events } from '#api/core/event/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import { builtInKinds } from '#api/kinds.ts'
import { ipAddresses } from '#api/networking/ipaddress/resource.ts'
import { serviceCidrs } from '#api/networking/servicecidr/resource.ts'
import type { ResourceObject } from '#api/resource.ts'
import type { Client } from '#client/client.ts'
import { type Clock, systemClock } from '#clock/clock.ts'
import { serviceHost } from '#names/dns-name.ts'
import { socketText } from '#net/port-protocol.ts'
import { createAuthenticator } from './access/authentication.ts'
import { createAuthorizer } from './access/authorizer.ts'
import { SYSTEM } from './access/caller.ts'
import { writeDefaultPolicy } from './access/default-policy.ts'
import { NodeAuthorizer } from './access/node-authorizer.ts'
import { PolicyFeed } from './access/policy-feed.ts'
import { reviewList } from './access/reviews/review-list.ts'
import { TokenSigner } from './access/token.ts'
import { admissionList } from './admission/admission-list.ts'
import { ReservedAddresses } from './admission/services/reserved-addresses.ts'
import { createServiceAllocators, takeStored } from './admission/services/service-holdings.ts'
import { followRanges, takeNamed } from './admission/services/service-ranges.ts'
import type { AuditSink } from './audit/audit-event.ts'
import { CustomResources } from './custom/custom-resources.ts'
import { missingDefinitions, type OwnDefinitions, seedDefinitions } from './custom/own-definitions.ts'
import { LocalServices } from './discovery/local-services.ts'
import { Flows } from './flowcontrol/flows.ts'
import { createHandler } from './handler.ts'
import { HTTP_OPTIONS, serveConnections } from './http/connections.ts'
import { RequestCounter } from './http/request-counter.ts'
import { type SeatLimits, Seats } from './http/seats.ts'
import { createInProcessClient } from './in-process-client.ts'
import type { KubeletLocator } from './kubelet-proxy.ts'
import { createMachinery } from './machinery/create-machinery.ts'
import type { Pki } from './pki/pki.ts'
import type { Approval } from './pki/requests/approval.ts'
import type { Asked, Issued } from './pki/requests/issue.ts'
import { type Dial, dialTcp } from './proxy/destination.ts'
import { DrawSource } from './registry/consulting/draws.ts'
import { expireEvents } from './registry/event-expiry.ts'
import { Registry } from './registry/registry.ts'
import type { ServerContext } from './server-context.ts'
import { byOrigin, createMissing, dueObjects, type FirstObject } from './start-objects.ts'
import { firstRevisionAt } from './storage/first-revision.ts'
import type { Journal } from './storage/journal.ts'
import { memoryJournal } from './storage/memory-journal.ts'
import { Store, type WindowLimits } from './storage/store.ts'
import { bindingReview } from './subresources/binding-review.ts'
import { subresourceHandlers } from './subresources/subresource-list.ts'
import { kubernetesAddress, systemObjects } from './system-objects.ts'
import { tlsServer } from './tls-server.ts'
import { AllHooks } from './webhooks/all-hooks.ts'
import { lazyWebhookClient } from './webhooks/client/lazy-client.ts'
import { WebhookCounter } from './webhooks/webhook-counter.ts'

export interface ApiServerOptions {
  /** v4, v6, or one of them for a single-stack cluster; the first family is the default one. */
  readonly serviceCidrs: readonly string[]
  readonly nodePortRange: { readonly from: number; readonly to: number }
  readonly clusterDomain: string
  /** Where the `kubernetes` Service leads: an address of this server that pods can reach. */
  readonly advertise: { readonly address: string; readonly port: number }
  /**
   * ClusterIPs that belong to one Service for good, `namespace/name` by address, beside the `kubernetes` Service's own:
   * no other Service gets them, nor claims them by other fields, also while theirs is not there.
   */
  readonly reservedAddresses?: ReadonlyMap<string, string>
  /** What else the cluster cannot do without, beside this server's own, in the order in which it can be made. */
  readonly systemObjects?: readonly ResourceObject[]
  /** What a new cluster begins with, beside those: who deletes it has deleted it. Custom resources are written as they are. */
  readonly firstObjects?: readonly FirstObject[]
  /** Custom resources that it defines at its start, where nobody has. */
  readonly definitions?: OwnDefinitions
  readonly pki: Pki
  readonly kubelet: KubeletLocator
  /** How an address of the cluster is reached; by default from where this process is. */
  readonly dial?: Dial
  /** By default the system's, also where only a part of one is given. */
  readonly clock?: Partial<Clock>
  /**
   * Where objects are kept. By default nowhere, with a first resourceVersion that grows with the clock, so that a
   * restart never gives out an old one again.
   */
  readonly journal?: Journal
  /** Is told of each request that comes by a listener, once it has been answered. By default nobody is. */
  readonly audit?: AuditSink
  /** For tests: an integer in [0, below). */
  readonly random?: (below: number) => number
  /** For tests: how much of what has changed is kept. */
  readonly window?: WindowLimits
  /** For tests: how many requests are worked on. */
  readonly seats?: Partial<SeatLimits>
  /** Called with what became a 500. */
  readonly onError?: (error: unknown) => void
}

type Listener =
  | { readonly host: string; readonly port: number; readonly tls: true }
  /** A Unix socket, plain HTTP, mode 0600: its peers are system:masters. */
  | { readonly path: string }

export interface ApiServer {
  /** For a server of the caller's own. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void
  /** Full rights, no JSON in between. */
  readonly client: Client
  /** What is served. A kind that is added is served at once; one that is removed takes its objects with it. */
  readonly catalogue: Catalogue
  /** Issuer and key behind ServiceAccount tokens. */
  readonly signer: TokenSigner
  /** A certificate by the cluster's CA, where the signer that is asked for would sign it. */
  readonly issueCertificate: (asked: Asked) => Promise<Issued>
  /** Why such a request is approved at once, if it is. */
  readonly approvalOf: (spec: CertificateSigningRequest['spec']) => Promise<Approval>
  /** The CA's certificate, PEM: what `kube-root-ca.crt` holds. */
  readonly rootCa: string
  /** What it made at its start, and what a cluster cannot do without: for a controller that keeps it. */
  readonly systemObjects: readonly ResourceObject[]
  /**
   * Resolves with the bound address when it listens; rejects with Node's error (EADDRINUSE, EADDRNOTAVAIL), and may be
   * called again.
   */
  listen(listener: Listener): Promise<AddressInfo | string | null>
  /** Ends streams and connections. */
  close(): Promise<void>
}

/** Who owns what is written in the server's process: as in any cluster. */
const CONTROLLERS = 'kube-controller-manager'

/**
 * The whole server, bootstrapped: all that its journal has, default namespaces and the `kubernetes` Service are there
 * when this resolves. Rejects with what keeps them from being made.
 */
export const createApiServer = async (options: ApiServerOptions): Promise<ApiServer> => {
  const clock: Clock = { ...systemClock, ...options.clock }
  const source = new DrawSource({
    random: options.random ?? ((below: number) => randomInt(below)),
    uuid: randomUUID,
    now: () => new Date(clock.now()),
  })
  const { random, now } = source
  const onError = options.onError ?? ((error: unknown) => console.error(error))
  const journal = options.journal ?? memoryJournal(firstRevisionAt(clock.now()))
  const store = new Store(journal, { report: onError, ...(options.window ? { limits: options.window } : {}) })
  const reserved = new ReservedAddresses([
    [kubernetesAddress(options.serviceCidrs), 'default/kubernetes'],
    ...(options.reservedAddresses ?? []),
  ])
  const allocators = createServiceAllocators(options, reserved, random)
  followRanges(store.collection(serviceCidrs), allocators.addresses)
  const catalogue = new Catalogue(builtInKinds)
  const authorizer = createAuthorizer({ policy: () => feed.current, nodes: () => nodes })
  const registry: Registry = new Registry({
    store,
    machinery: createMachinery(catalogue),
    admissions: admissionList({ allocators, authorizer, catalogue, random, now }),
    replay: source.replay,
    now,
    random,
    uuid: source.uuid,
  })
  const feed = new PolicyFeed(registry)
  const nodes = new NodeAuthorizer(registry)
  const stored = store.collection(services).glances() as Iterable<Service>
  for (const { service, claim, why } of takeStored(allocators, stored))
    onError(new Error(`Service ${service} says that it has ${claim}, which is not its own: ${why}`))
  takeNamed(store.collection(ipAddresses), allocators.addresses)
  catalogue.onChange(({ type, kind }) => {
    if (type === 'removed' && kind.form === undefined) registry.clear(kind).catch(onError)
  })
  const issuer = `https://${serviceHost('default', 'kubernetes', options.clusterDomain)}`
  const signer = new TokenSigner(options.pki.serviceAccountKey, issuer)
  const authenticator = createAuthenticator({ reader: registry, signer, now })
  const subresources = subresourceHandlers(signer)
  const dial = options.dial ?? dialTcp
  const webhooks = lazyWebhookClient(registry, dial, random)
  const custom = new CustomResources({
    registry,
    load: async () => {
      const { ServedDefinitions } = await import('./custom/served-definitions.ts')
      return new ServedDefinitions(catalogue, { webhooks, uuid: randomUUID })
    },
    onError,
  })
  const reviews = [...reviewList(authenticator, authorizer, issuer, now), bindingReview(registry)]
  const localServices = new LocalServices(registry, catalogue, reviews, onError)
  const flows = new Flows(registry, onError)
  const closing = new AbortController()
  const webhookCounter = new WebhookCounter()
  const context: ServerContext = {
    registry,
    authenticator,
    authorizer,
    signer,
    catalogue,
    reviews,
    subresources,
    kubelet: options.kubelet,
    dial,
    webhooks,
    custom,
    random,
    counter: new RequestCounter(),
    webhookCounter,
    ...(options.audit && { audit: options.audit }),
    seats: new Seats(options.seats),
    flows,
    after: clock.after,
    signal: closing.signal,
    advertised: socketText(options.advertise.address, options.advertise.port),
  }
  const handler = createHandler(context, onError)
  const client = createInProcessClient(registry, SYSTEM, subresources, CONTROLLERS)
  // Every cluster has namespaces from its first moment on.
  const isNew = [...store.collection(namespaces).glances()].length === 0
  const system = [...systemObjects(options), ...(options.systemObjects ?? [])]
  const missing = missingDefinitions(registry, options.definitions)
  const [first, firstCustom] = byOrigin(dueObjects(options.firstObjects ?? [], isNew, missing, registry), catalogue)
  // At once, so that they are kept at once: each sees those before it.
  await Promise.all([
    createMissing(registry, [...system, ...first]),
    writeDefaultPolicy(registry),
    options.definitions && seedDefinitions(registry, options.definitions, missing),
    flows.start(),
  ])
  // What is defined is served before anybody asks.
  await custom.settled
  if (firstCustom.length > 0) await registry.seed(firstCustom)
  const stopServices = await localServices.start()
  // From now on: who has a say may run in what a start is to bring up.
  const hooks = new AllHooks({ registry, client: webhooks, uuid: randomUUID, authorizer, counter: webhookCounter })
  registry.consult(hooks)
  const expiry = expireEvents(registry, events, () => clock.now(), onError)

  const servers: Server[] = []
  const open = async (listener: Listener): Promise<AddressInfo | string | null> => {
    const server = 'path' in listener ? createHttpServer(HTTP_OPTIONS) : await tlsServer(options.pki)
    serveConnections(server, 'path' in listener ? 'connection' : 'secureConnection', handler)
    if ('path' in listener) rmSync(listener.path, { force: true })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      // Nobody but the owner may connect, also not between bind and chmod.
      const mask = 'path' in listener ? process.umask(0o177) : undefined
      if ('path' in listener) server.listen(listener.path, resolve)
      else server.listen({ host: listener.host, port: listener.port, ipv6Only: listener.host.includes(':') }, resolve)
      if (mask !== undefined) process.umask(mask)
    })
    servers.push(server)
    if ('path' in listener) chmodSync(listener.path, 0o600)
    return server.address()
  }
  const close = async (): Promise<void> => {
    closing.abort()
    expiry.stop()
    feed.close()
    nodes.close()
    client.close()
    custom.close()
    stopServices()
    flows.close()
    hooks.close()
    webhooks.close()
    await Promise.all(
      servers.splice(0).map(
        (server) =>
          new Promise<void>((resolve) => {
            server.close(() => resolve())
            // Ends of streams go out first.
            setImmediate(() => server.closeAllConnections())
          }),
      ),
    )
  }
  return {
    handler: handler.handle,
    client,
    catalogue,
    signer,
    issueCertificate: async (asked) =>
      (await import('./pki/requests/issue.ts')).issueFor(asked, options.pki.ca, clock.now()),
    approvalOf: async (spec) =>
      (await import('./pki/requests/approval.ts')).approvalOf(
        spec,
        (caller, request) => authorizer.authorize(caller, request).allowed,
      ),
    rootCa: options.pki.ca.certificate,
    systemObjects: system,
    listen: open,
    close,
  }
}
