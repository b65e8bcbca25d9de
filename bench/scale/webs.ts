import type { Deployment } from '#api/apps/deployment/message.ts'
import { deployments } from '#api/apps/deployment/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { Client } from '#client/client.ts'
import { eventually } from './eventually.ts'

const NAMESPACE = 'bench'
const scope = { namespace: NAMESPACE }
const PORT = 8080

export interface Web {
  readonly name: string
  readonly replicas: number
}

const deploymentOf = ({ name, replicas }: Web): Deployment => {
  const labels = { app: name }
  const ports = [{ containerPort: PORT }]
  const containers = [{ name: 'web', image: 'nginx:1.29', ports }]
  const template = { metadata: { labels }, spec: { runtimeClassName: 'virtual', containers } }
  const spec = { replicas, selector: { matchLabels: labels }, template }
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec } as Deployment
}

const serviceOf = ({ name }: Web): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { type: 'NodePort', selector: { app: name }, ports: [{ port: 80, targetPort: PORT }] },
})

/** A namespace of Deployments of virtual pods, with a Service each, made through the API. */
export class Webs {
  readonly #client: Client

  constructor(client: Client) {
    this.#client = client
  }

  async makeNamespace(): Promise<void> {
    await this.#client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
  }

  /** Gives the Service: where it is to be asked. */
  async make(web: Web): Promise<Service> {
    const [service] = await Promise.all([
      this.#client.create(services, serviceOf(web), scope),
      this.#client.create(deployments, deploymentOf(web), scope),
    ])
    return service
  }

  /** Resolves when so many pods are ready. */
  async running(count: number): Promise<void> {
    await eventually(async () => {
      const { items } = await this.#client.list(deployments, scope)
      return items.reduce((sum, { status }) => sum + (status?.readyReplicas ?? 0), 0) === count
    })
  }

  /** Resolves when no pod is left. */
  async removeAll(): Promise<void> {
    await this.#client.delete(namespaces, NAMESPACE)
    await eventually(async () => (await this.#client.list(pods, scope)).items.length === 0)
  }
}
