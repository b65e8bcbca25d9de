import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { deployments } from '#api/apps/deployment/resource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { gatewayResources } from '#api/gatewayapi/resources.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { type Client, isNotFound } from '#client/client.ts'
import { createHttpClient } from '#client/http-client.ts'
import { unixTransport } from '#client/unix-client.ts'
import { readConfig, statePaths, stateRoot } from '#cluster/state/state.ts'
import type { Assert } from '../harness.ts'
import { INFRA } from './objects.ts'

const RESOURCES = new Map(
  [
    ...gatewayResources,
    ...([
      configMaps,
      deployments,
      endpointSlices,
      namespaces,
      pods,
      secrets,
      services,
    ] as unknown as readonly Resource[]),
  ].map((resource) => [resource.kind, resource]),
)

/** The suite gives most of its waits a minute, some of them three. */
const PATIENCE_MS = 60_000
const PAUSE_MS = 40

/** An object as a test looks at it. */
// biome-ignore lint/suspicious/noExplicitAny: a test asks for what it expects; what is not there fails it
export type Seen = ApiObject & { readonly spec?: any; readonly status?: any; readonly data?: any }

/** Asks until nothing is missing: `probe` says what is. Throws with its last word. */
export const until = async (
  what: string,
  probe: () => Promise<string | undefined>,
  limitMs = PATIENCE_MS,
): Promise<void> => {
  const end = Date.now() + limitMs
  for (;;) {
    const missing = await probe()
    if (missing === undefined) return
    if (Date.now() > end) throw new Error(`${what}: ${missing}`)
    await sleep(PAUSE_MS)
  }
}

/** The cluster that is asked, and what the test that runs has made there. */
export class Suite {
  readonly client: Client
  readonly assert: Assert
  readonly #socket: string
  readonly #made: ApiObject[] = []

  static of(cluster: string, assert: Assert): Suite {
    const config = readConfig(statePaths(join(stateRoot(), cluster)).config)
    return new Suite(config.sockets.api, assert)
  }

  private constructor(socket: string, assert: Assert) {
    this.client = createHttpClient(unixTransport(socket))
    this.#socket = socket
    this.assert = assert
  }

  async apply(...objects: readonly ApiObject[]): Promise<void> {
    for (const one of objects) {
      await this.client.create(resourceOf(one), one, spaceOf(one))
      this.#made.push(one)
    }
  }

  /** `name` of the namespace of most objects. Rejects where it is not there. */
  get(kind: string, name: string, namespace: string): Promise<Seen> {
    return this.client.get(RESOURCES.get(kind)!, name, namespace === '' ? {} : { namespace }) as Promise<Seen>
  }

  async list(kind: string, namespace: string): Promise<readonly Seen[]> {
    return (await this.client.list(RESOURCES.get(kind)!, { namespace })).items as readonly Seen[]
  }

  async merge(kind: string, name: string, body: object, namespace: string): Promise<void> {
    await this.client.patch(RESOURCES.get(kind)!, name, 'merge', body, namespace === '' ? {} : { namespace })
  }

  async delete(one: ApiObject): Promise<void> {
    try {
      await this.client.delete(resourceOf(one), one.metadata!.name!, spaceOf(one))
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }

  /** What the pods of an app have told since then, line by line. */
  async logs(app: string, since: Date, namespace = INFRA): Promise<readonly string[]> {
    const all = await this.list('Pod', namespace)
    const names = all.flatMap(({ metadata }) => (metadata?.labels?.app === app ? [metadata.name!] : []))
    const texts = names.map((name) =>
      this.#text(`/api/v1/namespaces/${namespace}/pods/${name}/log?sinceTime=${since.toISOString()}`),
    )
    return (await Promise.all(texts)).join('\n').split('\n')
  }

  #text(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const call = request({ socketPath: this.#socket, path }, async (response) => {
        let text = ''
        for await (const chunk of response) text += String(chunk)
        if (response.statusCode === 200) resolve(text)
        else reject(new Error(`${path}: ${response.statusCode} ${text}`))
      })
      call.on('error', reject).end()
    })
  }

  /** All that the test has made goes, as after each test of the suite. */
  async leave(): Promise<void> {
    for (const one of this.#made.reverse()) await this.delete(one)
    this.#made.length = 0
    this.client.close()
  }
}

/** In the version that the object is written in. */
const resourceOf = ({ kind, apiVersion }: ApiObject): Resource => ({
  ...RESOURCES.get(kind)!,
  version: apiVersion.split('/').at(-1)!,
})
const spaceOf = ({ metadata }: ApiObject) => (metadata?.namespace ? { namespace: metadata.namespace } : {})

/** What a test of the suite does, by its short name. */
export type Cases = Readonly<Record<string, (suite: Suite) => Promise<void>>>
