import assert from 'node:assert/strict'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import { ApiError, type Client } from '#client/client.ts'

const FREE = Array.from({ length: 30 }, (_, index) => `10.96.0.${index + 1}`)
const PORTS = Array.from({ length: 20 }, (_, index) => 30_000 + index)

/** Whether a Service of this spec would be taken. */
const isTaken = async (client: Client, spec: Service['spec']): Promise<boolean> => {
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'would-be', namespace: 'default' },
    spec,
  }
  try {
    await client.create(services, service, { dryRun: true })
    return false
  } catch (error) {
    if (error instanceof ApiError && error.status.code === 422) return true
    throw error
  }
}

const twice = (all: readonly (string | number)[]): readonly (string | number)[] =>
  all.filter((one, index) => all.indexOf(one) !== index)

/** No address and no port is held by two Services, and those that none holds are free. */
export const checkHoldings = async (client: Client): Promise<void> => {
  const { items } = await client.list(services)
  const addresses = items.flatMap(({ spec }) => (spec?.type === 'ExternalName' ? [] : (spec?.clusterIPs ?? [])))
  const ports = items.flatMap(({ spec }) => (spec?.ports ?? []).flatMap(({ nodePort }) => nodePort ?? []))
  assert.deepEqual(twice(addresses), [])
  assert.deepEqual(twice(ports), [])
  const port = { port: 80 }
  const takenAddresses = await Promise.all(
    FREE.map(async (clusterIP) => [clusterIP, await isTaken(client, { clusterIP, ports: [port] })] as const),
  )
  const takenPorts = await Promise.all(
    PORTS.map(
      async (nodePort) =>
        [
          nodePort,
          await isTaken(client, { type: 'NodePort', clusterIPs: undefined, ports: [{ ...port, nodePort }] }),
        ] as const,
    ),
  )
  const held = (all: readonly (readonly [string | number, boolean])[]) =>
    all.flatMap(([one, taken]) => (taken ? [one] : []))
  assert.deepEqual(
    held(takenAddresses),
    FREE.filter((address) => addresses.includes(address)),
    'cluster IPs',
  )
  assert.deepEqual(
    held(takenPorts),
    PORTS.filter((one) => ports.includes(one)),
    'node ports',
  )
}
